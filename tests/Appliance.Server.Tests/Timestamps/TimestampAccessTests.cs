using System.Security.Cryptography;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Tests.Csc.Clients;
using Appliance.Server.Tests.Grpc;
using Appliance.Server.Tests.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>Who may have time stamps and what they cost, over HTTP at the running appliance.</summary>
public sealed class TimestampAccessTests(AccessAppliance tsa) : IClassFixture<AccessAppliance>
{
    private const string Exhausted = "The credential's package has too few signatures left";
    private const string NotAllowed = "The client or the signer may have no time stamps; nothing was used up";

    private static readonly ClientOrder s_mayStamp = new() { Operations = ClientOperations.Timestamp };

    private readonly RunningAppliance _appliance = tsa.Appliance;

    [Fact]
    public async Task A_client_with_a_token_has_time_stamps_and_is_named_in_the_trail()
    {
        var client = await _appliance.AddClientAsync(s_mayStamp);

        Granted(await tsa.AskAsync("clients", client.Token, Imprint()));

        var intent = _appliance.Audit(AuditEvent.TimestampIntent, 1)[0].Record;
        Assert.Equal((client.Id, (Guid?)null), (intent.ClientId, intent.SignerId));
    }

    [Fact]
    public async Task A_unit_for_clients_has_nothing_for_who_shows_no_token_or_a_bad_one()
    {
        await RefusesAsync(async () =>
        {
            var strangers = await tsa.AskAsync("clients", null, Imprint());
            strangers.Refused(401, "invalid_request", "The request has no Authorization header");
            Assert.Equal("Bearer realm=\"csc\"", strangers.Headers.WwwAuthenticate.ToString());

            var bad = await tsa.AskAsync("clients", new string('a', 43), Imprint());
            bad.Refused(401, "invalid_token", "The access token is not valid");
            Assert.Equal("Bearer realm=\"csc\", error=\"invalid_token\"", bad.Headers.WwwAuthenticate.ToString());
        });
    }

    [Fact]
    public async Task An_open_unit_knows_who_shows_a_token_and_refuses_a_bad_one()
    {
        var client = await _appliance.AddClientAsync(s_mayStamp);
        Granted(await tsa.AskAsync("p256", client.Token, Imprint()));
        Assert.Equal(client.Id, _appliance.Audit(AuditEvent.TimestampIntent, 1)[0].Record.ClientId);

        await RefusesAsync(async () => (await tsa.AskAsync("p256", new string('a', 43), Imprint()))
            .Refused(401, "invalid_token", "The access token is not valid"));

        Granted(await tsa.AskAsync("p256", null, Imprint()));
        Assert.Null(_appliance.Audit(AuditEvent.TimestampIntent, 1)[0].Record.ClientId);
    }

    [Fact]
    public async Task A_stranger_has_no_credential_to_name()
        => await RefusesAsync(async () => (await tsa.AskAsync("p256", null, Imprint(), _appliance.Acme.Credentials[0]))
            .Refused(401, "invalid_request", "The request has no Authorization header"));

    [Theory]
    [InlineData("p256")]
    [InlineData("clients")]
    public async Task A_client_without_the_operation_is_refused_and_in_the_trail(string unit)
    {
        var client = await _appliance.AddClientAsync(new ClientOrder { Operations = ClientOperations.Sign });

        await RefusesAsync(async () => (await tsa.AskAsync(unit, client.Token, Imprint()))
            .Refused(403, "access_denied", "The client may not call this method"));

        Audited(client, "The client may not call this method");
    }

    [Fact]
    public async Task A_client_at_its_own_limit_is_told_when_to_come_again()
    {
        var client = await _appliance.AddClientAsync(s_mayStamp with { Rate = 1, Burst = 2 });

        // One of the two was for the token.
        Granted(await tsa.AskAsync("clients", client.Token, Imprint()));
        await RefusesAsync(async () =>
        {
            var busy = await tsa.AskAsync("clients", client.Token, Imprint());
            Assert.Equal((429, "temporarily_unavailable"), (busy.Status, busy.Error));
            Assert.InRange(busy.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 2);
        });
    }

    [Fact]
    public async Task A_client_that_was_stopped_a_moment_ago_by_another_node_has_nothing_more()
    {
        var client = await _appliance.AddClientAsync(s_mayStamp);
        Granted(await tsa.AskAsync("clients", client.Token, Imprint()));

        // Nobody tells this node.
        await ChangeBehindAsync(client, row => row with { State = ClientState.Suspended });

        await RefusesAsync(async () => (await tsa.AskAsync("clients", client.Token, Imprint()))
            .Refused(403, "access_denied", NotAllowed));
        Assert.Equal((client.Id, "NotAllowed"), LastRefused());
    }

    [Fact]
    public async Task A_credential_that_was_just_taken_from_a_client_pays_for_nothing_more()
    {
        var client = await _appliance.AddClientAsync(s_mayStamp, _appliance.Acme.Credentials[0]);
        Granted(await tsa.AskAsync("clients", client.Token, Imprint(), _appliance.Acme.Credentials[0]));
        await _appliance.Ledger.WriteAsync(
            c => c.ClientCredentials.Delete(client.Id, Guid.Parse(_appliance.Acme.Credentials[0])),
            TestContext.Current.CancellationToken);

        var left = await tsa.LeftOfAsync(_appliance.Acme.Credentials[0]);
        await RefusesAsync(async () => (await tsa.AskAsync(
            "clients", client.Token, Imprint(), _appliance.Acme.Credentials[0]))
            .Refused(403, "access_denied", NotAllowed));
        Assert.Equal(left, await tsa.LeftOfAsync(_appliance.Acme.Credentials[0]));
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_told_in_its_own_form_and_costs_nobody_anything()
    {
        var client = await _appliance.AddClientAsync(s_mayStamp with { TimestampsPerDay = 1 });
        var bearer = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", client.Token);

        await RefusesAsync(async () =>
        {
            var answer = await tsa.Tsa.StampAsync("clients", [0x30, 0x00], bearer);
            Assert.True(answer.Length < 100);
        });
        Assert.Equal(0, await tsa.UsedOfAsync(client));
    }

    [Fact]
    public async Task A_time_stamp_over_a_signature_of_the_token_is_covered_once_then_counted()
    {
        var (acme, credential) = (_appliance.Acme, _appliance.Acme.Credentials[0]);
        var imprint = await SignAsync();
        var left = await tsa.LeftOfAsync(credential);

        Granted(await tsa.AskAsync("paid", acme.Token, imprint));
        Assert.Equal(left, await tsa.LeftOfAsync(credential));
        Granted(await tsa.AskAsync("paid", acme.Token, imprint));
        Assert.Equal(left - 1, await tsa.LeftOfAsync(credential));
        Granted(await tsa.AskAsync("p256", acme.Token, imprint, credential));
        Assert.Equal(left - 2, await tsa.LeftOfAsync(credential));

        // Who pays stands under the same request as the token.
        var issued = _appliance.Audit(AuditEvent.TimestampIntent, 1)[0].Record;
        var counted = _appliance.Audit(AuditEvent.TimestampCounted, 1)[0].Record;
        Assert.Equal((acme.Id, issued.RequestId), (counted.SignerId, counted.RequestId));
    }

    [Fact]
    public async Task A_client_names_the_credential_whose_signature_it_stamps()
    {
        var client = await _appliance.AddClientAsync(s_mayStamp, _appliance.Acme.Credentials[0]);
        var imprint = await SignAsync();
        var left = await tsa.LeftOfAsync(_appliance.Acme.Credentials[0]);

        Granted(await tsa.AskAsync("paid", client.Token, imprint, _appliance.Acme.Credentials[0]));

        Assert.Equal(left, await tsa.LeftOfAsync(_appliance.Acme.Credentials[0]));
        var record = _appliance.Audit(AuditEvent.TimestampCovered, 1)[0].Record;
        Assert.Equal((_appliance.Acme.Id, client.Id), (record.SignerId, record.ClientId));
    }

    [Fact]
    public async Task Of_two_time_stamps_at_once_over_one_signature_one_is_covered_and_one_counted()
    {
        var credential = _appliance.Acme.Credentials[0];
        for (var round = 0; round < 5; round++)
        {
            var imprint = await SignAsync();
            var left = await tsa.LeftOfAsync(credential);

            var answers = await Task.WhenAll(
                tsa.AskAsync("paid", _appliance.Acme.Token, imprint),
                tsa.AskAsync("paid", _appliance.Acme.Token, imprint));

            Assert.All(answers, Granted);
            Assert.Equal(left - 1, await tsa.LeftOfAsync(credential));
        }
    }

    [Fact]
    public async Task A_client_names_only_credentials_that_it_may_use()
    {
        var client = await _appliance.AddClientAsync(s_mayStamp, _appliance.Acme.Credentials[0]);
        await RefusesAsync(async () =>
        {
            (await tsa.AskAsync("clients", client.Token, Imprint(), _appliance.Mihai.Credentials[0]))
                .Refused(400, "invalid_request", "Invalid parameter credentialID");
            (await tsa.AskAsync("clients", client.Token, Imprint(), query: "?credentialID=x"))
                .Refused(400, "invalid_request", "Invalid parameter credentialID");
            (await tsa.AskAsync("clients", client.Token, Imprint(), query: "?credentialID=&credentialID="))
                .Refused(400, "invalid_request", "Invalid parameter credentialID");
            (await tsa.AskAsync("p256", _appliance.Ioana.Token, Imprint(), _appliance.Mihai.Credentials[0]))
                .Refused(400, "invalid_request", "Invalid parameter credentialID");
        });
        Audited(client, "Invalid parameter credentialID");
    }

    [Fact]
    public async Task A_unit_that_requires_a_transaction_asks_a_client_whose_it_is()
    {
        var client = await _appliance.AddClientAsync(s_mayStamp, _appliance.Acme.Credentials[0]);
        const string Said = "The unit stamps only what belongs to a transaction: name its credential in credentialID";

        await RefusesAsync(async () => (await tsa.AskAsync("paid", client.Token, Imprint()))
            .Refused(400, "invalid_request", Said));

        Audited(client, Said);
    }

    [Fact]
    public async Task A_unit_that_requires_a_transaction_has_nothing_for_a_signer_who_pays_for_nothing()
    {
        await RefusesAsync(async () => (await tsa.AskAsync("paid", _appliance.Ioana.Token, Imprint())).Refused(
            403,
            "access_denied",
            "The unit stamps only what belongs to a transaction, and no package of the signer's pays for this"));

        var refused = _appliance.Audit(AuditEvent.TimestampRefused, 1)[0].Record;
        Assert.Equal((_appliance.Ioana.Id, "NoTransaction"), (refused.SignerId, refused.Detail!.Split(',')[0]));
        Granted(await tsa.AskAsync("clients", _appliance.Ioana.Token, Imprint()));
    }

    [Fact]
    public async Task A_used_up_package_is_told_as_signHash_tells_it()
    {
        var (mihai, credential) = (_appliance.Mihai, _appliance.Mihai.Credentials[1]);
        await tsa.GrantAsync(credential, 1);
        Granted(await tsa.AskAsync("p256", mihai.Token, Imprint()));

        await RefusesAsync(async () => (await tsa.AskAsync("p256", mihai.Token, Imprint()))
            .Refused(400, "invalid_request", Exhausted));

        Assert.Equal(0, await tsa.LeftOfAsync(credential));
        Assert.Equal(
            "PackageExhausted", _appliance.Audit(AuditEvent.TimestampRefused, 1)[0].Record.Detail!.Split(',')[0]);
    }

    [Fact]
    public async Task A_time_stamp_that_fails_gives_back_count_transaction_and_signature()
    {
        var credential = _appliance.Acme.Credentials[0];
        var client = await _appliance.AddClientAsync(s_mayStamp with { TimestampsPerDay = 1 }, credential);
        var imprint = await SignAsync();
        var left = await tsa.LeftOfAsync(credential);

        // What is recorded and then cannot be signed: systemFailure, in the form of the protocol.
        var token = _appliance.Composition.Token;
        var key = token.FindKeys().First(key => string.Equals(key.Label, "tsa keyless", StringComparison.Ordinal));
        token.DestroyKey(key.Id, key.Label);
        await FailedAsync(imprint);
        await FailedAsync(Imprint());

        Assert.Equal((left, 0), (await tsa.LeftOfAsync(credential), await tsa.UsedOfAsync(client)));
        Assert.Equal(2, _appliance.Audit(AuditEvent.TimestampFailed).Count(e => e.Record.ClientId == client.Id));
        Granted(await tsa.AskAsync("paid", client.Token, imprint, credential));
        Assert.Equal((left, 1), (await tsa.LeftOfAsync(credential), await tsa.UsedOfAsync(client)));

        async Task FailedAsync(byte[] what)
        {
            var answer = await tsa.AskAsync("keyless", client.Token, what, credential);
            Assert.Equal((200, "application/timestamp-reply"), (answer.Status, answer.Type!.MediaType));
            Assert.True(answer.Text.Length < 100);
        }
    }

    [Fact]
    public async Task A_signer_who_is_limited_has_no_time_stamps_by_itself_or_by_its_clients()
    {
        var radu = _appliance.Radu;
        var client = await _appliance.AddClientAsync(s_mayStamp, radu.Credentials[0]);
        Granted(await tsa.AskAsync("clients", client.Token, Imprint(), radu.Credentials[0]));
        await _appliance.Parts.Limits.LimitAsync(radu.Id, "test", null, TestContext.Current.CancellationToken);

        await RefusesAsync(async () =>
        {
            Assert.Equal(401, (await tsa.AskAsync("clients", radu.Token, Imprint())).Status);
            (await tsa.AskAsync("clients", client.Token, Imprint(), radu.Credentials[0]))
                .Refused(403, "access_denied", NotAllowed);
        });
        Assert.Equal((client.Id, "NotAllowed"), LastRefused());

        // Nor does it once its data are gone.
        await _appliance.Ledger.WriteAsync(
            c => c.Signers.SetState(radu.Id, SignerState.Erased), TestContext.Current.CancellationToken);
        await RefusesAsync(async () => (await tsa.AskAsync("clients", client.Token, Imprint(), radu.Credentials[0]))
            .Refused(403, "access_denied", NotAllowed));
    }

    private static byte[] Imprint() => RandomNumberGenerator.GetBytes(32);

    private static void Granted(RestAnswer answer)
    {
        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal("application/timestamp-reply", answer.Type!.MediaType);
        Assert.True(answer.Text.Length > 300);
    }

    /// <summary>No key is used, nor was it going to be.</summary>
    private async Task RefusesAsync(Func<Task> ask)
    {
        var before = tsa.Intents();
        await ask();
        Assert.Equal(before, tsa.Intents());
    }

    private void Audited(TestClient client, string said)
        => Assert.Contains(
            _appliance.Audit(AuditEvent.RequestRefused),
            entry => entry.Record.ClientId == client.Id
                && entry.Record.Detail!.Contains(said, StringComparison.Ordinal));

    private (Guid? Client, string Why) LastRefused()
    {
        var record = _appliance.Audit(AuditEvent.TimestampRefused, 1)[0].Record;
        return (record.ClientId, record.Detail!.Split(',')[0]);
    }

    /// <summary>SHA-256 over a signature of Acme's that was paid for.</summary>
    private async Task<byte[]> SignAsync()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await _appliance.AuthorizeAsync(_appliance.Acme, 0, 1, hash);
        var answer = await new CscGrpcCalls(_appliance).SignAsync(
            _appliance.Acme.Token, _appliance.Acme.Credentials[0], sad, hash);
        return SHA256.HashData(answer.Signatures[0].Span);
    }

    private async Task ChangeBehindAsync(TestClient client, Func<ClientRow, ClientRow> change)
        => Assert.True(await _appliance.Ledger.WriteAsync(
            c =>
            {
                var row = c.Clients.Find(client.Id)!;
                return c.Clients.Update(
                    _appliance.Composition.Clients.Sign(change(row) with { Version = row.Version + 1 }));
            },
            TestContext.Current.CancellationToken));
}
