// The whole of libsodium, as Debian installs it.
#include <sodium.h>
