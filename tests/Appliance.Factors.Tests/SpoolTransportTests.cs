using System.Text.Json;
using Appliance.Factors.Tests.Notifying;

namespace Appliance.Factors.Tests;

public sealed class SpoolTransportTests
{
    [Fact]
    public async Task Each_message_is_a_file_that_only_its_owner_reads_in_the_order_of_its_name()
    {
        await using var bench = new NoticeBench();
        var folder = bench.PathOf("spool");
        using var way = new SpoolTransport(folder);
        var node = bench.Node(way);
        var signer = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
        for (var i = 0; i < 3; i++)
        {
            bench.Enqueue(signer, $"10000{i}");
        }

        bench.Enqueue(new Notice(
            signer,
            NoticeKind.PairingLink,
            NoticeChannel.Email,
            "ana@example.ro",
            "ro",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["link"] = "TOKEN" }));
        while (await NoticeBench.StepAsync(node) > 0)
        {
        }

        var files = Directory.GetFiles(folder, "*").Order(StringComparer.Ordinal).ToList();
        var read = files.ConvertAll(file => JsonDocument.Parse(File.ReadAllBytes(file)).RootElement);
        Assert.Equal(
            ["100000", "100001", "100002"],
            read.Take(3).Select(json => json.GetProperty("values").GetProperty("code").GetString()));
        var mail = read[3];
        Assert.Equal("ana@example.ro", mail.GetProperty("to").GetString());
        Assert.Equal("Semnare: Configurare mecanism de autorizare", mail.GetProperty("subject").GetString());
        Assert.Equal("TOKEN", mail.GetProperty("values").GetProperty("link").GetString());
        Assert.Equal("https://portal.example/pairing#TOKEN", mail.GetProperty("url").GetString());
        Assert.Contains(
            "https://portal.example/pairing#TOKEN\n", mail.GetProperty("text").GetString(), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.All(files, file => Assert.Equal(Owner, File.GetUnixFileMode(file)));
            Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            File.SetUnixFileMode(folder, Owner | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
            Assert.Throws<IOException>(() => new SpoolTransport(folder));
        }
    }
}
