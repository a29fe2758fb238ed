using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Grpc.Client;
using Appliance.Server.Admin;
using Appliance.Server.Tests.Admin;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Processes;

/// <summary>Commands beside the real process: what an operator does while it serves.</summary>
[SupportedOSPlatform("linux")]
public sealed class AdminProcessTests : IDisposable
{
    private const string Password = "a long enough password";

    private readonly Installation _installation = new();

    [Fact]
    public async Task Everything_is_done_by_the_server_that_runs()
    {
        (await _installation.RunAsync("init")).Succeeded();
        using var server = await ServeProcess.StartAsync(_installation);
        var owner = await File.ReadAllTextAsync(
            _installation.StorePath + ".owner", TestContext.Current.CancellationToken);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(_installation.StorePath + ".admin"));

        (await _installation.RunAsync("signer add --user ioana --name Ioana", Password)).Succeeded();
        var passwordFile = _installation.PathOf("password");
        await File.WriteAllTextAsync(passwordFile, Password + "\n", TestContext.Current.CancellationToken);
        (await _installation.RunAsync($"signer add --user mihai --name Mihai --password-file {passwordFile}"))
            .Succeeded();
        var factor = await _installation.JsonAsync($"factor enrol --user ioana --png {_installation.PathOf("q.png")}");
        var code = OneTime.Code(factor.Text("secret"), TimeProvider.System.GetUtcNow());
        (await _installation.RunAsync($"factor activate --user ioana --code {code}")).Succeeded();
        var csr = _installation.PathOf("request.pem");
        var made = await _installation.JsonAsync($"credential create --user ioana --algorithm P-256 --csr {csr}");
        Assert.Equal("pending", made.Text("state"));
        Assert.Contains(
            "CERTIFICATE REQUEST",
            await File.ReadAllTextAsync(csr, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_installation.PathOf("q.png")));
        (await _installation.RunAsync($"credential import --id {made.Text("id")} --certificates {csr}"))
            .Failed("certificate");
        (await _installation.RunAsync($"credential import --id {made.Text("id")} --certificates {csr}.no"))
            .Failed($"{csr}.no");
        (await _installation.RunAsync("signer add --user ioana --name Ioana", Password)).Failed("is taken");
        (await _installation.RunAsync("credential create --user ioana --algorithm DSA")).Failed("no key algorithm");
        var doctor = await _installation.JsonAsync("doctor");
        Assert.True(doctor.GetProperty("healthy").GetBoolean());
        Assert.Contains(
            $"process {server.Id} serves",
            Assert.Single(
                doctor.GetProperty("checks").EnumerateArray(),
                check => string.Equals(check.Text("check"), "server", StringComparison.Ordinal)).Text("detail"),
            StringComparison.Ordinal);
        var status = await _installation.JsonAsync("status");
        Assert.Equal(server.Id, status.GetProperty("pid").GetInt32());
        Assert.True(status.GetProperty("healthy").GetBoolean());
        Assert.True(status.GetProperty("commits").GetInt64() > 5);

        var trail = (await _installation.JsonAsync($"audit show --admin {_installation.User.Name}")).EnumerateArray();
        Assert.Equal(
            "credential.created factor.activated factor.enrolled signer.created signer.created "
                + "admin.added rootkey.created",
            string.Join(' ', trail.Select(record => record.Text("event"))));
        Assert.Equal(
            server.Id.ToString(CultureInfo.InvariantCulture), owner.Trim());
        server.Terminate();
        var end = (await server.EndAsync()).Succeeded();
        Assert.DoesNotContain(Password, end.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(factor.Text("secret"), end.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(code, end.Output, StringComparison.Ordinal);
        Assert.Contains("`signer add` ended with 0", end.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", end.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_installation.StorePath + ".admin"));
        (await _installation.RunAsync("credential list")).Succeeded();
    }

    [Fact]
    public async Task A_large_import_goes_through_the_socket()
    {
        (await _installation.RunAsync("init")).Succeeded();
        var file = _installation.PathOf("signers.json");
        var padding = new string(' ', 12 * 1024 * 1024);
        var signers = Enumerable.Range(0, 5).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"user":"s{{i}}@a.com","name":"S {{i}}","factor":true,"credentials":[{"algorithm":"P-256"}]}"""));
        await File.WriteAllTextAsync(
            file, "[" + string.Join(',', signers) + padding + "]", TestContext.Current.CancellationToken);
        using var server = await ServeProcess.StartAsync(_installation);

        var made = await _installation.JsonAsync($"signer import {file}");

        Assert.Equal(5, made.GetArrayLength());
        Assert.Equal(5, (await _installation.JsonAsync("credential list")).GetArrayLength());
        await File.AppendAllTextAsync(
            file, new string(' ', 5 * 1024 * 1024), TestContext.Current.CancellationToken);
        (await _installation.RunAsync($"signer import {file}")).Failed("larger than 16 MiB");
        server.Terminate();
        var end = (await server.EndAsync()).Succeeded();
        Assert.All(
            made.EnumerateArray(),
            signer => Assert.DoesNotContain(signer.Text("password"), end.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_credential_suspended_by_command_signs_nothing_from_the_commit_on()
    {
        var prepared = await RemoteSigner.PrepareAsync(_installation);
        using var server = await ServeProcess.StartAsync(_installation);
        using var signer = await RemoteSigner.SignInAsync(prepared, server.Ready!);
        var hashes = RemoteSigner.RandomHashes(10_000);
        var sad = await signer.AuthorizeAsync(hashes);
        int next = -1, answered = 0;
        Task<CommandOutcome>? suspending = null;

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => SignUntilRefusedAsync()));
        (await suspending!).Succeeded();

        Assert.InRange(answered, 200, hashes.Length - 1);
        var intents = await EventsAsync("signhash.intent");
        var refused = await EventsAsync("signhash.refused");
        var changed = Assert.Single(await EventsAsync("credential.changed"));
        Assert.Equal("suspended", changed.Text("detail"));
        Assert.Equal(_installation.User.Name, changed.Text("admin"));
        Assert.Equal(answered, intents.Count);
        Assert.All(intents, intent => Assert.True(Sequence(intent) < Sequence(changed)));
        Assert.All(refused, refusal => Assert.True(Sequence(refusal) > Sequence(changed)));
        Assert.NotEmpty(refused);

        (await _installation.RunAsync($"credential resume --id {signer.Credential}")).Succeeded();
        var signature = Assert.Single(await signer.SignAsync(sad, hashes[^1]));
        using var key = signer.PublicKey();
        Assert.True(key.VerifyHash(hashes[^1], signature, DSASignatureFormat.Rfc3279DerSequence));
        (await _installation.RunAsync($"credential revoke --id {signer.Credential}")).Succeeded();
        await Assert.ThrowsAsync<GrpcStatusException>(() => signer.SignAsync(sad, hashes[^2]));
        (await _installation.RunAsync($"credential resume --id {signer.Credential}")).Failed("is disabled");
        server.Terminate();
        (await server.EndAsync()).Succeeded();

        async Task SignUntilRefusedAsync()
        {
            while (Interlocked.Increment(ref next) is var mine && mine < hashes.Length - 2)
            {
                try
                {
                    await signer.SignAsync(sad, hashes[mine]);
                }
                catch (GrpcStatusException)
                {
                    return;
                }

                if (Interlocked.Increment(ref answered) == 200)
                {
                    suspending = _installation.RunAsync($"credential suspend --id {signer.Credential}");
                }
            }
        }
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_person_and_undoes_what_was_begun()
    {
        (await _installation.RunAsync("init")).Succeeded();
        using var server = await ServeProcess.StartAsync(_installation, "--set", "Limits:DrainSeconds=1");
        using var input = new HeldInput();
        var adding = _installation.RunAsync(
            ["signer", "add", "--user", "ana", "--name", "Ana"], input, TestContext.Current.CancellationToken);
        await input.Asked;

        server.Terminate();
        (await server.EndAsync()).Succeeded();
        input.Type(Password);

        (await adding).Failed("undone");
        (await _installation.RunAsync("factor enrol --user ana")).Failed("There is no signer");
    }

    [Fact]
    public async Task A_killed_server_leaves_a_socket_that_is_in_nobodys_way()
    {
        (await _installation.RunAsync("init")).Succeeded();
        using (var killed = await ServeProcess.StartAsync(_installation))
        {
            killed.Kill();
            await killed.EndAsync();
        }

        Assert.True(File.Exists(_installation.StorePath + ".admin"));
        (await _installation.RunAsync("signer add --user ioana --name Ioana", Password)).Succeeded();
        using var server = await ServeProcess.StartAsync(_installation);
        Assert.Equal(server.Id, (await _installation.JsonAsync("status")).GetProperty("pid").GetInt32());
        server.Terminate();
        (await server.EndAsync()).Succeeded();
    }

    [Fact]
    public async Task The_kernel_says_who_asks_and_who_is_no_admin_is_refused()
    {
        // The admin is somebody else than who runs this test, whoever that is.
        var me = OsUsers.Current();
        var other = me.IsRoot ? "daemon" : "root";
        (await _installation.RunAsync($"init --admin {other}")).Succeeded();
        using var server = await ServeProcess.StartAsync(_installation);

        (await _installation.RunAsync("credential list")).Failed($"{me.Name} is no admin");
        _installation.User = new OsUser(OsUsers.IdOf(other)!.Value, other);
        (await _installation.RunAsync("credential list")).Failed($"{me.Name} is no admin");

        server.Terminate();
        (await server.EndAsync()).Succeeded();
        var refused = await _installation.JsonAsync("audit show --event admin.refused");
        Assert.Equal(2, refused.GetArrayLength());
        Assert.All(refused.EnumerateArray(), record => Assert.Equal(me.Name, record.Text("admin")));
    }

    [Fact]
    public async Task A_member_of_the_group_is_known_by_its_own_uid()
    {
        // Root becomes somebody else to ask; anybody else asks as itself.
        var me = OsUsers.Current();
        var (name, prefix) = me.IsRoot
            ? ("daemon", "setpriv --reuid daemon --regid daemon --clear-groups ")
            : (me.Name, "");
        var folder = Directory.CreateTempSubdirectory("admin-");
        folder.UnixFileMode |= UnixFileMode.OtherExecute | UnixFileMode.GroupExecute;
        try
        {
            (await _installation.RunAsync("init")).Succeeded();
            var socket = Path.Combine(folder.FullName, "admin.sock");
            string[] settings = ["--set", $"Admin:Socket={socket}", "--set", $"Admin:Group={PrimaryGroup(prefix)}"];
            using var server = await ServeProcess.StartAsync(_installation, settings);
            Assert.True(File.GetUnixFileMode(socket).HasFlag(UnixFileMode.GroupWrite));
            var ask = $"{prefix}{AppContext.BaseDirectory}appliance credential list --set Admin:Socket={socket}";

            var before = Run(ask);
            if (me.IsRoot)
            {
                Assert.Equal(1, before.ExitCode);
                Assert.Contains($"{name} is no admin", before.Error, StringComparison.Ordinal);
                (await _installation.RunAsync(
                    ["admin", "add", "--user", name, "--roles", "operator", .. settings])).Succeeded();
            }

            Run(ask).Succeeded();
            server.Terminate();
            (await server.EndAsync()).Succeeded();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public void Dispose() => _installation.Dispose();

    private static string PrimaryGroup(string prefix) => Run($"{prefix}id -gn").Output.Trim();

    private static CommandOutcome Run(string command)
    {
        var words = command.Split(' ');
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment = { ["DOTNET_ROOT"] = ServeProcess.DotnetRoot },
        };
        using var process = Process.Start(start)!;
        var error = new StringBuilder();
        process.ErrorDataReceived += (_, line) => error.AppendLine(line.Data);
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new CommandOutcome(process.ExitCode, output, error.ToString().Trim());
    }

    private static long Sequence(JsonElement record) => record.GetProperty("sequence").GetInt64();

    private async Task<List<JsonElement>> EventsAsync(string name)
        => [.. (await _installation.JsonAsync($"audit show --limit 10000 --event {name}")).EnumerateArray()];
}
