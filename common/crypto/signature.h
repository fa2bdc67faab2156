// Ed25519 signatures (RFC 8032) on libsodium: what one hub signs, anybody can check with its public key. Any thread.
#pragma once

#include <string>

#include "common/base/bytes.h"
#include "common/base/error.h"

namespace tillsync {

using SignaturePublicKey = FixedBytes<struct SignaturePublicKeyTag, 32>;
/// The seed of RFC 8032; the public key follows from it. Wherever it is stored, only its owner may read it.
using SignatureSeed = FixedBytes<struct SignatureSeedTag, 32>;
using Signature = FixedBytes<struct SignatureTag, 64>;

struct SignatureKeyPair {
  SignaturePublicKey public_key;
  SignatureSeed seed;
};

/// Drawn at random.
SignatureKeyPair generate_signature_keys();
/// The pair of a stored seed.
SignatureKeyPair signature_keys_of(const SignatureSeed& seed);

/// The same text under the same key always gives the same signature.
Signature sign(BytesView text, const SignatureKeyPair& keys);
/// False for another text, another key, and for a key or signature that is no point of the curve.
bool is_signed_by(BytesView text, const Signature& signature, const SignaturePublicKey& public_key);

}  // namespace tillsync
