using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// Starts a child: a socket for calls and jobs, a pipe for PINs, a pipe for what the library prints. The child has
/// these and nothing else, and no other program that this process starts has any of them.
/// </summary>
internal static class HostStarter
{
    /// <summary>Number of the PIN pipe in the child.</summary>
    public const int PinDescriptor = 3;

    /// <summary>Number of the socket in the child.</summary>
    public const int SocketDescriptor = 4;

    /// <summary>
    /// Starts it. To be called by a thread that lives longer than the child: the kernel ends the child with it.
    /// </summary>
    /// <param name="generation">Number of this child.</param>
    /// <param name="options">Command and environment.</param>
    /// <param name="time">Clock.</param>
    /// <param name="output">Reading end of what it prints; the caller closes it.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The system refused.</exception>
    public static HostChild Start(uint generation, ModuleHostOptions options, TimeProvider time, out int output)
    {
        (int First, int Second) socket = (-1, -1);
        (int Reader, int Writer) pin = (-1, -1);
        (int Reader, int Writer) printed = (-1, -1);
        try
        {
            socket = Posix.SocketPair();
            pin = Posix.Pipe();
            printed = Posix.Pipe();
            var process = PosixSpawn.Start(
                options.Command,
                HostEnvironment.Build(options),
                [printed.Writer, printed.Writer, pin.Reader, socket.Second]);
            output = printed.Reader;
            return new HostChild(generation, process, socket.First, pin.Writer, time);
        }
        catch
        {
            Posix.Close(socket.First);
            Posix.Close(pin.Writer);
            Posix.Close(printed.Reader);
            throw;
        }
        finally
        {
            Posix.Close(socket.Second);
            Posix.Close(pin.Reader);
            Posix.Close(printed.Writer);
        }
    }
}
