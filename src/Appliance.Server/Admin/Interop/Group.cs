using System.Runtime.InteropServices;

namespace Appliance.Server.Admin.Interop;

/// <summary>struct group, grp.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Group
{
    public byte* gr_name;
    public byte* gr_passwd;
    public uint gr_gid;
    public byte** gr_mem;
}
