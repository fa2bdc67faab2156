// A certificate for 127.0.0.1 that is good for nothing but these tests.
#pragma once

namespace tillsync::http {

inline constexpr const char* kTestCertificate = R"pem(-----BEGIN CERTIFICATE-----
MIIBkTCCATagAwIBAgIUC1SwWHiUvlyd2ujlYoAtRTzf7K4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDAxMDIwNFoYDzIxMjYxMDMx
MDEwMjA0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASb2pdil0rw/WnTKNsFA+vYLjy3zfjTCmZEqUMYjh7xd4f/zebUrVVv
5ei1js0tUzOmMt1ml5PAqf9PgTaL3ReZo2QwYjAdBgNVHQ4EFgQUeHS3NXgapVSK
VUoksLwsncvI8k4wHwYDVR0jBBgwFoAUeHS3NXgapVSKVUoksLwsncvI8k4wDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0kAMEYC
IQCF/VObTqEeuJ9+jwx2YybRwHXpbDH1pvc7s6QnSHYfXwIhAIRWrKEq0ECCUTkm
CawItFgfUeeWrDcAS9aEBU24DK3O
-----END CERTIFICATE-----
)pem";
inline constexpr const char* kTestKey = R"pem(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6E2ElUbrsUySScKH
WdbZbg2zCR4/JdYbZpeDTDWY7ayhRANCAASb2pdil0rw/WnTKNsFA+vYLjy3zfjT
CmZEqUMYjh7xd4f/zebUrVVv5ei1js0tUzOmMt1ml5PAqf9PgTaL3ReZ
-----END PRIVATE KEY-----
)pem";

}  // namespace tillsync::http
