using System.Text.Json;
using Appliance.Factors;
using Appliance.Server.Hosting;
using Appliance.Server.Options;
using Appliance.Server.Tests.Commands;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Server.Tests.Processes;

public sealed class NotifyProcessTests
{
    [Fact]
    public async Task What_waits_in_the_store_is_delivered_by_a_server_that_starts()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();
        var signer = await EnqueueAsync(installation);
        var spool = installation.PathOf("spool");
        using var server = await ServeProcess.StartAsync(
            installation, "--set", "Notify:Email=spool", "--set", $"Notify:SpoolFolder={spool}");
        Assert.NotNull(server.Ready);
        JsonElement notices;
        do
        {
            notices = (await installation.JsonAsync("status")).GetProperty("notices");
        }
        while (notices.GetProperty("delivered").GetInt64() == 0);

        Assert.Equal(0, notices.GetProperty("waiting").GetInt64());
        var people = (await installation.RunAsync("status")).Succeeded().Output;
        Assert.Contains("Messages waiting 0", people, StringComparison.Ordinal);
        server.Terminate();
        Assert.Equal(0, (await server.EndAsync()).ExitCode);
        var mail = JsonDocument.Parse(await File.ReadAllBytesAsync(
            Directory.GetFiles(spool, "*.json").Single(), TestContext.Current.CancellationToken)).RootElement;
        Assert.Contains("https://localhost/pairing#TOKEN", mail.Text("text"), StringComparison.Ordinal);
        var delivered = (await installation.JsonAsync("audit show --event notice.delivered"))[0];
        Assert.Equal("pairing-link by email", delivered.Text("detail"));
        Assert.Equal(signer, delivered.GetProperty("signerId").GetGuid());
        Assert.DoesNotContain("TOKEN", delivered.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_says_where_messages_go()
    {
        using var installation = new Installation();
        await installation.SetUpAsync();

        var report = await installation.JsonAsync(
            $"doctor --set Notify:Email=spool --set Notify:SpoolFolder={installation.PathOf("spool")}");
        var mail = report.GetProperty("checks").EnumerateArray().Single(check => check.Text("check") == "e-mail");
        Assert.Equal("warning", mail.Text("result"));
        Assert.Contains("development", mail.Text("detail"), StringComparison.Ordinal);

        var away = await installation.JsonAsync(
            "doctor --set Notify:Email=smtp --set Notify:SmtpHost=127.0.0.1 --set Notify:SmtpPort=1 "
            + "--set Notify:SmtpFrom=semnare@example.ro");
        var server = away.GetProperty("checks").EnumerateArray().Single(check => check.Text("check") == "mail server");
        Assert.Contains("(connection)", server.Text("detail"), StringComparison.Ordinal);
    }

    private static async Task<Guid> EnqueueAsync(Installation installation)
    {
        var options = OptionsReader.Read(
            new ConfigurationBuilder().AddJsonFile(installation.PathOf("appliance.json")).Build());
        await using var composition = Composition.Open(options, TimeProvider.System, NullLoggerFactory.Instance);
        var signer = composition.Store.Read(connection => connection.Signers.FindByUserName("ioana"))!.Id;
        var notices = composition.Notices;
        await composition.Loop.WriteAsync(
            connection =>
            {
                notices.Enqueue(connection, new Notice(
                    signer,
                    NoticeKind.PairingLink,
                    NoticeChannel.Email,
                    "ioana@example.ro",
                    "ro",
                    new Dictionary<string, string>(StringComparer.Ordinal) { ["link"] = "TOKEN" }));
                return true;
            },
            TestContext.Current.CancellationToken);
        return signer;
    }
}
