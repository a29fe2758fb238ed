using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Appliance.Load.Timestamps;

/// <summary>Runs wrk: a closed loop over keep-alive HTTP/1.1, one request in flight on each connection.</summary>
/// <param name="script">Path of tsa.lua.</param>
/// <param name="requests">File of the TimeStampReqs.</param>
/// <param name="length">Bytes of each of them.</param>
internal sealed class Wrk(string script, string requests, int length)
{
    /// <summary>One thread of wrk is enough: a request costs it some 5 microseconds.</summary>
    public async Task<WrkResult> RunAsync(Uri url, int connections, int seconds)
    {
        var start = new ProcessStartInfo("wrk") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])
            [
                "-t1", $"-c{connections}", $"-d{seconds}", "-s", script, url.AbsoluteUri, "--", requests,
                length.ToString(CultureInfo.InvariantCulture),
            ])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = output.Split('\n').LastOrDefault(static text => text.StartsWith('{'));
        var result = line is null ? null : JsonSerializer.Deserialize<WrkResult>(line);
        return result is { Refused: 0, Broken: 0, Answers: > 0 }
            ? result
            : throw new InvalidOperationException($"wrk: {output}");
    }
}
