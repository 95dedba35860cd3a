// libFuzzer's own entry, for a program that has its own main.
#pragma once
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerRunDriver(
    int *_Nonnull argc, char *_Nullable *_Nonnull *_Nonnull argv,
    int (*_Nonnull run)(const uint8_t *_Nullable bytes, size_t count));
