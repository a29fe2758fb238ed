using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Appliance.Durability.Tests.Recordings;

namespace Appliance.Durability.Tests.Drills;

/// <summary>Runs the ledger under load in a process of its own, and reads what it did to its files.</summary>
internal static class LedgerProcess
{
    /// <summary>Where the store lies in the folder: the store makes the folder around it, too.</summary>
    public const string StorePath = "state/store.db";

    /// <param name="logRestarts">How often each of its two runs fills the log.</param>
    /// <param name="kept">A record to use again when it is there, and to leave there when it is not.</param>
    public static async Task<IReadOnlyList<Operation>> RecordAsync(int logRestarts, string? kept = null)
    {
        if (File.Exists(kept))
        {
            return Recording.Read(await File.ReadAllBytesAsync(kept, TestContext.Current.CancellationToken));
        }

        var directory = Directory.CreateTempSubdirectory("appliance-durability-").FullName;
        try
        {
            var shim = Path.Combine(directory, "record.so");
            await RunAsync(
                "cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC", "-o", shim,
                Path.Combine(AppContext.BaseDirectory, "record.c"), "-ldl");
            var folder = Directory.CreateDirectory(Path.Combine(directory, "disk")).FullName;
            var record = Path.Combine(directory, "record");
            var child = new ProcessStartInfo
            {
                FileName = Path.Combine(AppContext.BaseDirectory, "Appliance.Durability.TestService"),
                ArgumentList =
                {
                    Path.Combine(folder, StorePath), shim, logRestarts.ToString(CultureInfo.InvariantCulture),
                },
                Environment =
                {
                    ["DOTNET_ROOT"] =
                        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")),
                    ["DURABILITY_FOLDER"] = folder,
                    ["DURABILITY_RECORD"] = record,
                    ["LD_PRELOAD"] = shim,
                },
            };
            await RunAsync(child);
            if (!string.IsNullOrEmpty(kept))
            {
                File.Copy(record, kept);
            }

            return Recording.Read(await File.ReadAllBytesAsync(record, TestContext.Current.CancellationToken));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Task RunAsync(string file, params string[] arguments)
        => RunAsync(new ProcessStartInfo(file, arguments));

    private static async Task RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        try
        {
            var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, $"{start.FileName} ended with {process.ExitCode}: {errors}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
