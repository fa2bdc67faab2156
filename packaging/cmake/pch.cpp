// Anchors the precompiled headers; holds no code.
