using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Ledger;
using Appliance.Server.Tests.Timestamps;
using Appliance.Timestamping;

namespace Appliance.Server.Tests.Commands;

public sealed class TimestampBatchTests(TsaAppliance tsa) : IClassFixture<TsaAppliance>, IDisposable
{
    private readonly TsaDesk _desk = new();

    private string Url => tsa.Appliance.Rest.BaseAddress!.AbsoluteUri.TrimEnd('/') + "/tsa";

    private string Authority
    {
        get
        {
            using var authority = tsa.Chain("p256")[1];
            return _desk.Write("ca.pem", Encoding.ASCII.GetBytes(authority.ExportCertificatePem()));
        }
    }

    public void Dispose() => _desk.Dispose();

    [Theory]
    [InlineData(1, "SHA256", false)]
    [InlineData(2, "SHA384", false)]
    [InlineData(9, "SHA256", false)]
    [InlineData(9, "SHA512", true)]
    [InlineData(5, "SHA3-256", false)]
    public async Task Each_file_stands_alone_before_a_stranger(int count, string hash, bool record)
    {
        for (var i = 0; i < count; i++)
        {
            _desk.Write(string.Create(CultureInfo.InvariantCulture, $"in/{i % 3}/{i}.pdf"));
        }

        (await TsaDesk.RunAsync(
            ["timestamp", "batch", _desk.PathOf("in"), "--url", Url, "--hash", hash,
                .. record ? ["--evidence-record"] : Array.Empty<string>()])).Succeeded();

        var ca = Authority;
        var evidence = Directory.GetFiles(_desk.PathOf("in"), "*.ers", SearchOption.AllDirectories);
        Assert.Equal(count, evidence.Length);
        foreach (var one in evidence)
        {
            // Python's standard library and openssl: nothing of ours.
            Judge(0, one[..^4], one, ca);
            (await TsaDesk.RunAsync("timestamp", "verify", one[..^4], "--ca", ca)).Succeeded();
        }

        // Two files whose digests are siblings are both in the first list: the evidence of one is that of the other.
        var file = evidence[0][..^4];
        if (evidence.FirstOrDefault(one => !Mentions(one, file, hash)) is { } foreign)
        {
            Judge(1, file, foreign, ca);
            var swapped = await TsaDesk.RunAsync("timestamp", "verify", file, "--token", foreign, "--ca", ca);
            Assert.Equal(1, swapped.ExitCode);
            Assert.Contains("NOT VALID", swapped.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_root_is_what_the_files_hold_whatever_their_names_and_order()
    {
        for (var i = 0; i < 20; i++)
        {
            var content = BitConverter.GetBytes(i);
            _desk.Write(string.Create(CultureInfo.InvariantCulture, $"one/{i}"), content);
            _desk.Write(string.Create(CultureInfo.InvariantCulture, $"two/deep/{99 - i}.x"), content);
        }

        _desk.Write("two/copy", BitConverter.GetBytes(3));
        var one = (await BatchAsync("one", "--json")).Json();
        var two = (await BatchAsync("two", "--json")).Json();

        Assert.Equal((20, 21), (one.GetProperty("files").GetInt32(), two.GetProperty("files").GetInt32()));
        Assert.Equal(one.GetProperty("token").Text("digest"), two.GetProperty("token").Text("digest"));
        Assert.NotEqual(
            one.GetProperty("token").Text("serialNumber"),
            two.GetProperty("token").Text("serialNumber"),
            StringComparer.Ordinal);
        Assert.Equal(
            ArchiveTimestamp.Decode(_desk.Read("two/copy.ers")).ReducedTree,
            ArchiveTimestamp.Decode(_desk.Read("two/deep/96.x.ers")).ReducedTree);
    }

    [Fact]
    public async Task Evidence_goes_to_a_directory_arranged_as_the_files_and_verify_finds_it_there()
    {
        var single = _desk.Write("elsewhere/c");
        _desk.Write("in/a");
        _desk.Write("in/sub/b");
        File.CreateSymbolicLink(_desk.PathOf("in/link"), single);
        var (folder, output) = (_desk.PathOf("in"), _desk.PathOf("out"));

        var said = (await TsaDesk.RunAsync(
            "timestamp", "batch", folder, single, _desk.PathOf("in/a"), "--out", output, "--url", Url, "--tokens"))
            .Succeeded().Output;

        Assert.StartsWith("3 files: ", said, StringComparison.Ordinal);
        Assert.Equal("a.ers a.tsr c.ers c.tsr sub/b.ers sub/b.tsr", FilesBelow(output));
        Assert.Equal("a link sub/b", FilesBelow(folder));
        string[] verify = ["timestamp", "verify", folder, single, "--evidence", output, "--ca", Authority];
        var verified = (await TsaDesk.RunAsync(verify)).Succeeded().Output;
        Assert.Contains("6 valid, 0 not valid.", verified, StringComparison.Ordinal);

        File.Copy(Path.Combine(output, "a.tsr"), Path.Combine(output, "sub/b.tsr"), overwrite: true);
        _desk.Write("in/new");
        var after = await TsaDesk.RunAsync(verify);
        Assert.Equal(1, after.ExitCode);
        Assert.Contains("5 valid, 2 not valid.", after.Output, StringComparison.Ordinal);
        Assert.Contains("in/new: NOT VALID: There is no evidence", after.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_new_files_are_stamped_where_that_is_asked_for()
    {
        _desk.Write("in/a");
        (await BatchAsync("in")).Succeeded();
        var first = _desk.Read("in/a.ers");
        _desk.Write("in/b");

        (await BatchAsync("in")).Failed("a.ers is there already; --only-new");
        Assert.False(_desk.Has("in/b.ers"));
        Assert.Equal(1, (await BatchAsync("in", "--only-new", "--json")).Json().GetProperty("files").GetInt32());
        Assert.Equal(first, _desk.Read("in/a.ers"));
        Assert.Contains(
            "Every file has evidence.", (await BatchAsync("in", "--only-new")).Succeeded().Output,
            StringComparison.Ordinal);
        Assert.Equal(2, (await BatchAsync("in", "--force", "--json")).Json().GetProperty("files").GetInt32());
        Assert.NotEqual(first, _desk.Read("in/a.ers"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_stops_all_before_anything_is_stamped()
    {
        var (good, missing) = (_desk.Write("in/a"), _desk.PathOf("in/gone"));
        var issued = Issued();

        var outcome = await TsaDesk.RunAsync("timestamp", "batch", good, missing, "--url", Url);

        outcome.Failed($"There is no file {missing}");
        Assert.Contains("1 of 2 files cannot be read; nothing was stamped", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(issued, Issued());
        Assert.False(_desk.Has("in/a.ers"));
        (await TsaDesk.RunAsync(
            "timestamp", "batch", good, _desk.Write("other/a"), "--out", _desk.PathOf("out"), "--url", Url))
            .Failed("at the same place");
    }

    [Fact]
    public async Task Ten_thousand_files_take_one_token()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _desk.Write(string.Create(CultureInfo.InvariantCulture, $"in/{i / 100}/{i}"), BitConverter.GetBytes(i));
        }

        var issued = Issued();
        (await BatchAsync("in", "--no-certificates")).Succeeded();

        Assert.Equal(issued + 1, Issued());
        var depth = ArchiveTimestamp.Decode(_desk.Read("in/37/3700.ers")).ReducedTree.Count;
        Assert.InRange(depth, 1, 14);
    }

    private static string FilesBelow(string folder)
        => string.Join(' ', Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal));

    private static bool Mentions(string evidence, string file, string hash)
    {
        var digest = CryptographicOperations.HashData(new HashAlgorithmName(hash), File.ReadAllBytes(file));
        return File.ReadAllBytes(evidence).AsSpan().IndexOf(digest) >= 0;
    }

    private static void Judge(int exitCode, string file, string evidence, string authority)
    {
        var script = Path.Combine(Repository(), "tests", "interop", "archive_timestamp.py");
        var start = new ProcessStartInfo("python3", [script, file, evidence, authority])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == exitCode, output + error.GetAwaiter().GetResult());
    }

    private static string Repository()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Appliance.sln")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }

        return directory;
    }

    private Task<CommandOutcome> BatchAsync(string folder, params string[] more)
        => TsaDesk.RunAsync(["timestamp", "batch", _desk.PathOf(folder), "--url", Url, .. more]);

    /// <summary>How many intents to stamp the audit trail has.</summary>
    private int Issued()
        => tsa.Appliance.Composition.Store.Read(connection => AuditTrail.Read(
            connection,
            new AuditQuery { Event = AuditEvent.TimestampIntent, Limit = 10_000 }))
            .Count;
}
