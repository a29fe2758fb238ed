using System.Security.Cryptography;
using System.Text;
using Appliance.Factors;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Hosting;
using Appliance.Server.Hosting.Peers;
using Appliance.Server.Options;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Timestamps;
using Appliance.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Appliance.Server.Tests.Hosting;

/// <summary>
/// The whole appliance on loopback: real token, real store, both wires, a clock that the test moves. Two signers, each
/// with RSA-2048 and P-256 of SCAL2; the first also with a P-256 of SCAL1.
/// </summary>
public sealed class RunningAppliance : IAsyncLifetime
{
    private readonly Installation _installation = new();
    private WebApplication? _app;
    private Composition? _composition;
    private SigningParts? _parts;
    private Wires? _wires;
    private Notifying? _notifying;
    private TimestampParts? _timestamps;
    private PeerDesk? _peers;
    private PeerAudit? _claims;

    /// <summary>What the first signer's credentials may sign by one SAD.</summary>
    internal int Multisign { get; init; } = 100;

    /// <summary>Settings that are not as usual.</summary>
    internal IReadOnlyList<KeyValuePair<string, string?>> Settings { get; init; } = [];

    /// <summary>What an operator does before the appliance starts; the signers are there.</summary>
    internal Func<Installation, Task> Prepare { get; init; } = static _ => Task.CompletedTask;

    /// <summary>The clock of time stamps, which must run: the watch takes a clock that is moved for a step.</summary>
    internal TimeProvider StampTime { get; init; } = TimeProvider.System;

    internal SetTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    internal LogLines Log { get; } = new();

    internal HttpClient Rest { get; private set; } = null!;

    internal GrpcChannel Grpc { get; private set; } = null!;

    internal Uri GrpcAddress { get; private set; } = null!;

    internal Wires Wires => _wires!;

    internal string StorePath => _installation.StorePath;

    internal Composition Composition => _composition!;

    internal SigningParts Parts => _parts!;

    internal TimestampParts? Timestamps => _timestamps;

    internal CommitLoop Ledger => _composition!.Loop;

    internal TestSigner Ioana { get; private set; } = null!;

    internal TestSigner Mihai { get; private set; } = null!;

    /// <summary>
    /// An organisation with a P-256 credential that seals and draws on a package of 20,000, and one that clients open
    /// without any factor.
    /// </summary>
    internal TestSigner Acme { get; private set; } = null!;

    /// <summary>
    /// A signer with P-256 credentials for each way to authorise: PIN and TOTP, a code that is sent, approval, PIN and
    /// approval, TOTP or approval. The PIN is 2580.
    /// </summary>
    internal TestSigner Elena { get; private set; } = null!;

    /// <summary>The same, to be locked.</summary>
    internal TestSigner Radu { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _installation.Time = Time;
        (await _installation.RunAsync("init")).Succeeded();
        var file = _installation.PathOf("signers.json");
        await File.WriteAllTextAsync(file, Signers(), TestContext.Current.CancellationToken);
        var imported = await _installation.JsonAsync($"signer import {file}");
        Ioana = new TestSigner(imported[0]);
        Mihai = new TestSigner(imported[1]);
        Acme = new TestSigner(imported[2]);
        Elena = new TestSigner(imported[3]);
        Radu = new TestSigner(imported[4]);
        await Prepare(_installation);

        var options = OptionsReader.Read(new ConfigurationBuilder()
            .AddJsonFile(_installation.PathOf("appliance.json"))
            .AddInMemoryCollection([new("SignIn:AccessTokenSeconds", "86400"), new("Limits:RequestBytes", "65536")])
            .AddInMemoryCollection(Settings)
            .Build());
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log);
        _peers = new PeerDesk(options.Listen, Time);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => KestrelSetup.Configure(kestrel, options, _peers));
        _app = builder.Build();
        var loggers = _app.Services.GetRequiredService<ILoggerFactory>();
        _composition = Composition.Open(options, Time, loggers);
        _parts = await SigningParts.StartAsync(_composition, options, loggers, CancellationToken.None);
        // Without it messages stay in the outbox, where tests find them.
        _notifying = Settings.Any(setting => setting.Key.StartsWith("Notify:", StringComparison.Ordinal))
            ? Notifying.Start(_composition, options, loggers)
            : null;
        _claims = _peers.StartAudit(_composition.Loop, Time, loggers.CreateLogger<PeerAudit>());
        _timestamps = TimestampParts.Start(_composition, _parts, options.Timestamping, loggers, StampTime);
        _wires = new Wires(_parts, _timestamps, options, _peers, Time, loggers);
        _app.Run(_wires.HandleAsync);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        var ready = ReadyFile.Describe(_app, options.Listen);
        Rest = new HttpClient { BaseAddress = new Uri(ready.Rest) };
        GrpcAddress = new Uri(ready.Grpc);
        Grpc = new GrpcChannel(GrpcAddress);
        await LoginAsync(Ioana);
        await LoginAsync(Mihai);
        await LoginAsync(Acme);
        await LoginAsync(Elena);
        await LoginAsync(Radu);
        await SetPinAsync(Elena);
        await SetPinAsync(Radu);
    }

    public async ValueTask DisposeAsync()
    {
        Rest?.Dispose();
        Grpc?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }

        _wires?.Dispose();
        await (_timestamps?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_notifying?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_parts?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_claims?.DisposeAsync() ?? ValueTask.CompletedTask);
        _peers?.Dispose();
        if (_composition is not null)
        {
            await _composition.DisposeAsync();
        }

        _installation.Dispose();
    }

    /// <summary>A POST with a raw body, as Ioana unless another header is given.</summary>
    internal Task<RestAnswer> PostAsync(string path, string body) => PostAsync(path, body, "Bearer " + Ioana.Token);

    internal async Task<RestAnswer> PostAsync(string path, string body, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Rest.BaseAddress!.AbsoluteUri.TrimEnd('/') + path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (authorization is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("Authorization", authorization));
        }

        return await SendAsync(request);
    }

    internal async Task<RestAnswer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Rest.SendAsync(request, TestContext.Current.CancellationToken);
        return new RestAnswer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers,
            response.Content.Headers.ContentType);
    }

    /// <summary>A code that was not used before: the clock moves on by one step.</summary>
    internal string FreshCode(TestSigner signer)
    {
        Time.Advance(TimeSpan.FromSeconds(30));
        return OneTime.Code(signer.Secret, Time.GetUtcNow());
    }

    /// <summary>A SAD for these hashes, by version 1.</summary>
    internal async Task<string> AuthorizeAsync(TestSigner signer, int credential, int count, params byte[][] hashes)
    {
        var list = string.Join(',', hashes.Select(hash => '"' + Convert.ToBase64String(hash) + '"'));
        var answer = await PostAsync(
            "/csc/v1/credentials/authorize",
            $$"""
            {"credentialID":"{{signer.Credentials[credential]}}","numSignatures":{{count}},
            "hash":[{{list}}],"OTP":"{{FreshCode(signer)}}"}
            """,
            "Bearer " + signer.Token);
        return answer.Json.GetProperty("SAD").GetString()!;
    }

    /// <summary>Takes a signer's next message out of the outbox; null when there is none.</summary>
    internal async Task<Notice?> TakeNoticeAsync(TestSigner signer) => await Ledger.WriteAsync(
        connection =>
        {
            var row = connection.Notices.ListDue(long.MaxValue, acrossChannels: true, 100)
                .FirstOrDefault(row => row.SignerId == signer.Id);
            if (row is null)
            {
                return null;
            }

            connection.Notices.Lease(row, row.Id, long.MaxValue, long.MaxValue);
            connection.Notices.Delete(row, row.Id);
            return _composition!.Notices.Open(row);
        },
        TestContext.Current.CancellationToken);

    /// <summary>The text of the link that the signer was sent last.</summary>
    internal async Task<string> TakeLinkAsync(TestSigner signer)
    {
        string? link = null;
        while (await TakeNoticeAsync(signer) is { } notice)
        {
            link = notice.Kind == NoticeKind.ApprovalLink ? notice.Values["link"].Split('#')[1] : link;
        }

        return Assert.IsType<string>(link);
    }

    internal static byte[] RandomHash() => RandomNumberGenerator.GetBytes(32);

    /// <summary>What the audit trail holds, newest first.</summary>
    internal IReadOnlyList<AuditEntry> Audit(AuditEvent wanted, int limit = 100)
        => _composition!.Store.Read(
            connection => AuditTrail.Read(connection, new AuditQuery { Event = wanted, Limit = limit }));

    /// <summary>
    /// What a refusal must leave alone: the hash occurrences that may be signed, and those that were. A signature moves
    /// from reserved to consumed with a later commit, so both are used.
    /// </summary>
    internal (long Authorised, long Used, long Spent) Quota()
    {
        var tally = Tally();
        return (tally.Authorised, tally.Reserved + tally.Consumed, tally.Spent);
    }

    /// <summary>All authorised hash occurrences by what became of them.</summary>
    internal ActivationTally Tally() => _composition!.Store.Read(connection => connection.Activations.Tally());

    private string Signers() => $$"""
        [{"user":"ioana@example.com","name":"Ioana Pop","password":"correct horse 1","factor":true,
          "email":"ioana@example.com","phone":"+40721123456","credentials":[
            {"algorithm":"RSA-2048","multisign":{{Multisign}}},{"algorithm":"P-256","multisign":{{Multisign}}},
            {"algorithm":"P-256","multisign":{{Multisign}},"scal":1}]},
         {"user":"mihai@example.com","name":"Mihai Pop","password":"correct horse 2","factor":true,
          "email":"mihai@example.com","phone":"+40722123456","credentials":[
            {"algorithm":"RSA-2048","multisign":2},{"algorithm":"P-256","multisign":2}]},
         {"user":"acme@example.com","name":"Acme","password":"correct horse 3","kind":"organisation","factor":true,
          "credentials":[{"algorithm":"P-256","multisign":1000000,"package":20000},
            {"algorithm":"P-256","multisign":1000,"factors":"none"}]},
         {{AllFactors("elena")}},{{AllFactors("radu")}}]
        """;

    private static string AllFactors(string name) => $$"""
        {"user":"{{name}}@example.com","name":"{{name}}","password":"correct horse 4","factor":true,
         "email":"{{name}}@example.com","phone":"+40712345678","credentials":[
            {"algorithm":"P-256","multisign":10,"factors":"pin,totp"},
            {"algorithm":"P-256","multisign":10,"factors":"code"},
            {"algorithm":"P-256","multisign":10,"factors":"approval"},
            {"algorithm":"P-256","multisign":10,"factors":"pin,approval"},
            {"algorithm":"P-256","multisign":10,"factors":"totp,approval"}]}
        """;

    private async Task SetPinAsync(TestSigner signer)
    {
        var pins = _composition!.Pins;
        var stored = await pins.SealAsync(signer.Id, "2580", TestContext.Current.CancellationToken);
        await Ledger.WriteAsync(
            connection =>
            {
                pins.Set(connection, signer.Id, stored!);
                return true;
            },
            TestContext.Current.CancellationToken);
    }

    private async Task LoginAsync(TestSigner signer)
    {
        var answer = await PostAsync("/csc/v1/auth/login", "{}", signer.Basic.ToString());
        signer.Token = answer.Json.GetProperty("access_token").GetString()!;
    }
}
