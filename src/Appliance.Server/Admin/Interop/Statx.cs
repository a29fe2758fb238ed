using System.Runtime.InteropServices;

namespace Appliance.Server.Admin.Interop;

/// <summary>struct statx, linux/stat.h: of one layout on every architecture, 256 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct Statx
{
    private const int TypeMask = 0xf000;
    private const int SocketType = 0xc000;
    private const int OthersWrite = 2;

    [FieldOffset(28)]
    public ushort stx_mode;

    [FieldOffset(32)]
    public ulong stx_ino;

    public readonly bool IsSocket => (stx_mode & TypeMask) == SocketType;

    public readonly bool OthersMayWrite => (stx_mode & OthersWrite) != 0;
}
