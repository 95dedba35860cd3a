#ifndef AMONAT_SHA256_H
#define AMONAT_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* SHA-256 of one buffer, by the BoringSSL that swift-crypto brings: the same code as Crypto.SHA256
 * without the object around its state. Declared here because swift-crypto exports no C module; a
 * version without the symbol does not link. See docs/decisions/0039. */
uint8_t *CCryptoBoringSSL_SHA256(const uint8_t *data, size_t length, uint8_t out[32]);

#endif
