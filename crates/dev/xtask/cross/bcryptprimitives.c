/* Wine 8 has no bcryptprimitives.dll, which the standard library of Rust and the runtime of Go load for one function.
 * This is that function, from the random generator of advapi32 (whose exported name is a number).
 * For tests under Wine only; Windows has had its own since Windows 7. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG bytes);

/* The generator takes a 32-bit count, the caller gives one of 64 bits. */
#define BYTES_AT_ONCE_MAX ((SIZE_T)1 << 30)

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T bytes)
{
    SIZE_T done = 0;
    while (done < bytes) {
        SIZE_T left = bytes - done;
        ULONG now = (ULONG)(left < BYTES_AT_ONCE_MAX ? left : BYTES_AT_ONCE_MAX);
        if (!SystemFunction036(buffer + done, now))
            return FALSE;
        done += now;
    }
    return TRUE;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance, (void)reason, (void)reserved;
    return TRUE;
}
