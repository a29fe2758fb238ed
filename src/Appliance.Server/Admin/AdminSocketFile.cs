using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Appliance.Server.Admin.Interop;
using Appliance.Server.Commands;

namespace Appliance.Server.Admin;

/// <summary>
/// The socket's file. It is born under another name, gets its mode and group, listens, and then takes its place by a
/// rename: at no moment can the wrong user connect, and what a killed server left behind is replaced.
/// </summary>
internal sealed unsafe class AdminSocketFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerAndGroup = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const int Backlog = 64;

    private readonly string _path;
    private readonly ulong _inode;

    private AdminSocketFile(string path, Socket socket, ulong inode)
    {
        _path = path;
        Socket = socket;
        _inode = inode;
    }

    public Socket Socket { get; }

    /// <summary>Listens.</summary>
    /// <param name="path">Full path, not too long.</param>
    /// <param name="group">The group that may connect as well; null for none.</param>
    /// <exception cref="CommandException">Something is in the way; the message says what to do.</exception>
    public static AdminSocketFile Listen(string path, string? group)
    {
        CheckDirectory(path);
        ClearAway(path);
        var born = path + ".new";
        File.Delete(born);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(born));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(born, group is null ? OwnerOnly : OwnerAndGroup);
            }

            GiveTo(born, group);
            socket.Listen(Backlog);
            _ = TryLook(born, out var status);
            File.Move(born, path, overwrite: true);
            return new AdminSocketFile(path, socket, status.stx_ino);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new CommandException($"The admin socket {path} cannot be made: {error.Message} (Admin:Socket).");
        }
        catch
        {
            socket.Dispose();
            File.Delete(born);
            throw;
        }
    }

    /// <summary>Whoever could put another socket there would be handed what is meant for the server.</summary>
    /// <exception cref="CommandException">The folder is not there, or anybody may write into it.</exception>
    public static void CheckDirectory(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!TryLook(directory, out var status, flags: 0))
        {
            throw new CommandException(
                $"There is no folder {directory} for the admin socket; make it, or set Admin:Socket.");
        }

        if (status.OthersMayWrite)
        {
            throw new CommandException(
                $"Anybody may write into {directory}, so the admin socket is not safe there; "
                + "choose another folder by Admin:Socket, or take that right away.");
        }
    }

    /// <summary>No new connections; the file goes, unless it is another's by now.</summary>
    public void Dispose()
    {
        if (TryLook(_path, out var status) && status.stx_ino == _inode)
        {
            File.Delete(_path);
        }

        Socket.Dispose();
    }

    private static void ClearAway(string path)
    {
        if (!TryLook(path, out var status))
        {
            return;
        }

        if (!status.IsSocket)
        {
            throw new CommandException($"{path} is no socket; move it away, or set Admin:Socket to another path.");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            // Nobody listens: a killed server left it.
            return;
        }

        throw new CommandException(
            $"Another server answers at the admin socket {path}; give each server its own by Admin:Socket.");
    }

    private static void GiveTo(string path, string? group)
    {
        if (group is null)
        {
            return;
        }

        var id = OsUsers.GroupIdOf(group)
            ?? throw new CommandException($"There is no group {group} on this system; correct Admin:Group.");
        if (Libc.chown(path, Libc.KeepId, id) != 0)
        {
            var error = Marshal.GetLastPInvokeErrorMessage();
            throw new CommandException(string.Create(
                CultureInfo.InvariantCulture,
                $"The admin socket cannot be given to the group {group}: {error}; "
                + $"make the server's user a member of it, or correct Admin:Group."));
        }
    }

    private static bool TryLook(string path, out Statx status, int flags = Libc.AT_SYMLINK_NOFOLLOW)
    {
        Statx found;
        var result = Libc.statx(Libc.AT_FDCWD, path, flags, Libc.STATX_BASIC_STATS, &found);
        status = found;
        return result == 0;
    }
}
