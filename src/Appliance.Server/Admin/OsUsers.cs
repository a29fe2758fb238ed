using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Appliance.Server.Admin.Interop;

namespace Appliance.Server.Admin;

/// <summary>Users and groups as the system's name service knows them; who is at a socket's other end.</summary>
internal static unsafe class OsUsers
{
    private const int SmallestBuffer = 4 * 1024;
    private const int LargestBuffer = 1024 * 1024;
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int CredentialsLength = 12;

    /// <summary>Whose rights this process has (the effective uid).</summary>
    public static OsUser Current() => Find(Libc.geteuid());

    /// <summary>The user at the other end (SO_PEERCRED, unix(7)): the kernel says so, nobody can claim it.</summary>
    public static OsUser PeerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[CredentialsLength];
        var length = socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return length == CredentialsLength
            ? Find(MemoryMarshal.Read<uint>(credentials[4..]))
            : throw new IOException("The kernel does not tell who is at the other end of the admin socket.");
    }

    /// <summary>The user of this uid.</summary>
    public static OsUser Find(uint uid)
    {
        string? name = null;
        Look((buffer, length) =>
        {
            Passwd local;
            Passwd* result = null;
            var error = Libc.getpwuid_r(uid, &local, (byte*)buffer, length, &result);
            name = result is null ? null : Text(local.pw_name);
            return error;
        });
        return new OsUser(uid, name ?? Anonymous(uid));
    }

    /// <summary>The uid of a name, or of <c>#UID</c>; null when there is no such user.</summary>
    public static uint? IdOf(string name)
    {
        if (name.StartsWith('#'))
        {
            return uint.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && string.Equals(Find(number).Name, name, StringComparison.Ordinal)
                ? number
                : null;
        }

        uint? uid = null;
        Look((buffer, length) =>
        {
            Passwd local;
            Passwd* result = null;
            var error = Libc.getpwnam_r(name, &local, (byte*)buffer, length, &result);
            uid = result is null ? null : local.pw_uid;
            return error;
        });
        return uid;
    }

    /// <summary>The gid of a group's name; null when there is no such group.</summary>
    public static uint? GroupIdOf(string name)
    {
        uint? gid = null;
        Look((buffer, length) =>
        {
            Interop.Group local;
            Interop.Group* result = null;
            var error = Libc.getgrnam_r(name, &local, (byte*)buffer, length, &result);
            gid = result is null ? null : local.gr_gid;
            return error;
        });
        return gid;
    }

    /// <summary>Looks with a larger buffer while the entry does not fit. No entry and an error are alike.</summary>
    private static void Look(Func<nint, nuint, int> look)
    {
        for (var length = SmallestBuffer; length <= LargestBuffer; length *= 4)
        {
            var buffer = Marshal.AllocHGlobal(length);
            try
            {
                if (look(buffer, (nuint)length) != Libc.ERANGE)
                {
                    return;
                }
            }
            finally
            {
                Marshal.FreeHGlobal(buffer);
            }
        }
    }

    private static string Text(byte* text)
        => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    private static string Anonymous(uint uid) => string.Create(CultureInfo.InvariantCulture, $"#{uid}");
}
