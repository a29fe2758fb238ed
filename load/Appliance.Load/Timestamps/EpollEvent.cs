using System.Runtime.InteropServices;

namespace Appliance.Load.Timestamps;

/// <summary>struct epoll_event: packed on x86-64 alone.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct EpollEvent
{
    public uint Events;
    public int Data;
    public int Unused;
}
