using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests.Clocks;

/// <summary>chronyd of Debian on loopback, which serves the machine's time and sets no clock.</summary>
internal sealed class ChronyServer : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    /// <param name="offset">By how much it lies (libfaketime).</param>
    /// <param name="hasTime">False for a server that has no source of time yet.</param>
    /// <param name="port">UDP; null for a free one.</param>
    public ChronyServer(TimeSpan offset = default, bool hasTime = true, int? port = null)
    {
        Server = new SntpServer("127.0.0.1", port ?? FreePort());
        var configuration = _directory.Write(
            "chrony.conf",
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                {(hasTime ? "local stratum 8" : "")}
                port {Server.Port}
                bindaddress 127.0.0.1
                allow 127.0.0.1
                cmdport 0
                bindcmdaddress /
                pidfile {_directory.File("pid")}

                """));
        // -x: no control of the clock; -U, -u: as who runs the tests.
        var start = new ProcessStartInfo(
            Executable(), ["-x", "-d", "-U", "-u", Environment.UserName, "-f", configuration])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        if (offset != default)
        {
            start.Environment["LD_PRELOAD"] = FakeTimeLibrary();
            start.Environment["DONT_FAKE_MONOTONIC"] = "1";
            start.Environment["FAKETIME"] = offset.TotalSeconds.ToString("+0.000;-0.000", CultureInfo.InvariantCulture);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public SntpServer Server { get; }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _directory.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }

    /// <summary>The system's, or the one that deploy/setup.sh unpacks beside the project.</summary>
    private static string Executable()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Appliance.sln")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }

        string[] places =
        [
            "/usr/sbin/chronyd", Path.Combine(directory, "artifacts", "chrony", "usr", "sbin", "chronyd"),
        ];
        return Array.Find(places, File.Exists)
            ?? throw new InvalidOperationException("There is no chronyd; deploy/setup.sh fetches it (fetch_chronyd).");
    }

    private static string FakeTimeLibrary()
        => Directory.EnumerateDirectories("/usr/lib")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketime.so.1"))
            .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("There is no libfaketime; deploy/setup.sh installs it (faketime).");
}
