using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Signing.Tests.Keys;
using Appliance.Storage;

namespace Appliance.Signing.Tests;

/// <summary>ECDSA signatures are random: the same bytes are the same signature, delivered again.</summary>
[Collection(SharedTokens.Name)]
public sealed class RedeliveryTests(SoftHsm hsm) : IAsyncLifetime
{
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string RsaSha256 = "1.2.840.113549.1.1.11";
    private const string Id = "payroll-2026-11/0001";

    private readonly SigningFixture _fixture = new(hsm);
    private Caller _ioana;
    private CredentialInfo _credential = null!;

    public async ValueTask InitializeAsync()
    {
        _ioana = await _fixture.AddSignerAsync("ioana");
        _credential = await _fixture.AddCredentialAsync(_ioana);
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task The_same_request_gives_the_same_signatures_and_uses_nothing_up()
    {
        var sad = await OpenAsync(3, Hash(1), Hash(2), Hash(3));
        var first = await SignAsync(sad, Id, Hash(1), Hash(2));
        Assert.Equal((SigningStatus.Ok, false), (first.Status, first.IsRedelivered));

        var again = await SignAsync(sad, Id, [.. Hash(1)], [.. Hash(2)]);

        Assert.Equal((SigningStatus.Ok, true), (again.Status, again.IsRedelivered));
        Assert.Equal<IEnumerable<byte>>(first.Signatures, again.Signatures);
        Assert.Equal(2, Assert.Single(await _fixture.AuditAsync(AuditEvent.SignHashDone)).Record.Count);
        Assert.Equal(2, Assert.Single(await _fixture.AuditAsync(AuditEvent.SignHashRedelivered)).Record.Count);
        Assert.Equal(SigningStatus.Ok, (await SignAsync(sad, null, Hash(3))).Status);
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task Of_32_callers_with_one_id_all_get_the_one_signature(SlotDispatch dispatch)
    {
        await using var fixture = new SigningFixture(hsm, dispatch);
        var caller = await fixture.AddSignerAsync("ioana");
        var credential = await fixture.AddCredentialAsync(caller);
        byte[][] hashes = [Hash(1), Hash(2)];
        var activation = await fixture.AuthorizeAsync(caller, credential.Id, 4, [.. hashes, .. hashes]);

        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() => fixture.SignAsync(
            caller, credential.Id, activation.Sad, hashes, isBulk: i % 2 == 0, requestId: Id).AsTask())));

        Assert.All(results, result => Assert.Equal(SigningStatus.Ok, result.Status));
        Assert.All(results, result => Assert.Equal<IEnumerable<byte>>(results[0].Signatures, result.Signatures));
        Assert.Single(results, result => !result.IsRedelivered);
        Assert.Single(await fixture.AuditAsync(AuditEvent.SignHashIntent));
        Assert.Single(await fixture.AuditAsync(AuditEvent.SignHashDone));
        Assert.Equal(31, (await fixture.AuditAsync(AuditEvent.SignHashRedelivered)).Count);
        Assert.Equal(2, fixture.Store.Read(connection => connection.Activations.Tally().Consumed));
    }

    [Fact]
    public async Task An_id_that_stands_for_something_else_is_refused_whatever_differs()
    {
        _credential = await _fixture.AddCredentialAsync(_ioana, KeyAlgorithm.Rsa2048);
        var other = await _fixture.AddCredentialAsync(_ioana, KeyAlgorithm.Rsa2048);
        var sad = await OpenAsync(4, Hash(1), Hash(2), Hash(3), Hash(3));
        var otherSad = await OpenAsync(2, Hash(1), Hash(2));
        var foreignSad = await OpenAsync(other, 2, Hash(1), Hash(2));
        byte[][] hashes = [Hash(1), Hash(2)];
        Assert.Equal(SigningStatus.Ok, await StatusAsync(_credential, sad, RsaSha256, hashes));
        var tally = _fixture.Store.Read(connection => connection.Activations.Tally());

        SigningStatus[] refused =
        [
            await StatusAsync(_credential, sad, RsaSha256, Hash(1), Hash(3)),
            await StatusAsync(_credential, sad, RsaSha256, Hash(2), Hash(1)),
            await StatusAsync(_credential, sad, RsaSha256, Hash(1)),
            await StatusAsync(_credential, sad, RsaSha256, Hash(1), Hash(2), Hash(3)),
            await StatusAsync(_credential, otherSad, RsaSha256, hashes),
            await StatusAsync(other, foreignSad, RsaSha256, hashes),
            await StatusAsync(_credential, sad, RsaPss, hashes),
        ];

        Assert.All(refused, status => Assert.Equal(SigningStatus.RequestIdReused, status));
        await _fixture.AuditAsync();
        Assert.Equal(tally.Authorised, _fixture.Store.Read(c => c.Activations.Tally().Authorised));
        Assert.Equal(refused.Length, (await _fixture.AuditAsync(AuditEvent.SignHashRefused)).Count);
        Assert.Equal(SigningStatus.Ok, await StatusAsync(_credential, sad, RsaSha256, hashes));
    }

    [Fact]
    public async Task The_ids_of_one_signer_are_nobody_elses()
    {
        var mihai = await _fixture.AddSignerAsync("mihai");
        var his = await _fixture.AddCredentialAsync(mihai);
        var sad = await OpenAsync(1, Hash(1));
        var hisSad = (await _fixture.AuthorizeAsync(mihai, his.Id, 1, [Hash(1)])).Sad;

        var first = await SignAsync(sad, Id, Hash(1));
        var second = await _fixture.SignAsync(mihai, his.Id, hisSad, [Hash(1)], requestId: Id);
        var stolen = await _fixture.SignAsync(mihai, _credential.Id, sad, [Hash(1)], requestId: Id);

        Assert.Equal((SigningStatus.Ok, false), (first.Status, first.IsRedelivered));
        Assert.Equal((SigningStatus.Ok, false), (second.Status, second.IsRedelivered));
        Assert.Equal(SigningStatus.UnknownCredential, stolen.Status);
    }

    [Fact]
    public async Task It_is_delivered_when_the_sad_is_used_up_and_expired_and_the_credential_disabled_since()
    {
        var sad = await OpenAsync(1, Hash(1));
        var first = await SignAsync(sad, Id, Hash(1));
        _fixture.Time.Advance(TimeSpan.FromHours(23));
        await _fixture.WriteAsync(connection =>
        {
            connection.Credentials.SetState(_credential.Id, CredentialState.Disabled);
            return true;
        });

        var again = await SignAsync(sad, Id, Hash(1));

        Assert.Equal((SigningStatus.Ok, true), (again.Status, again.IsRedelivered));
        Assert.Equal<IEnumerable<byte>>(first.Signatures, again.Signatures);
        Assert.Equal(SigningStatus.SadExpired, (await SignAsync(sad, "another", Hash(1))).Status);
        Assert.Equal(SigningStatus.SadExpired, (await SignAsync(sad, null, Hash(1))).Status);
        var forged = sad[..80] + (sad[80] == 'x' ? 'y' : 'x') + sad[81..];
        Assert.Equal(SigningStatus.SadInvalid, (await SignAsync(forged, Id, Hash(1))).Status);
        Assert.Equal(3, (await _fixture.AuditAsync(AuditEvent.SignHashRefused)).Count);
    }

    [Fact]
    public async Task It_is_delivered_when_the_certificate_is_past_its_time()
    {
        var sad = await OpenAsync(1, Hash(1));
        var first = await SignAsync(sad, Id, Hash(1));
        _fixture.Time.Advance(TimeSpan.FromDays(800));

        Assert.Equal<IEnumerable<byte>>(first.Signatures, (await SignAsync(sad, Id, Hash(1))).Signatures);
    }

    [Fact]
    public async Task A_caller_that_has_gone_finds_its_signature_later()
    {
        var sad = await OpenAsync(1, Hash(1));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var request = new SignHashRequest
        {
            Caller = _ioana,
            CredentialId = _credential.Id,
            Sad = sad,
            Hashes = [Hash(1)],
            SignatureAlgorithm = "1.2.840.10045.4.3.2",
            RequestId = Id,
        };

        var gone = await _fixture.Service.SignHashAsync(request, cancelled.Token);
        var back = await _fixture.Service.SignHashAsync(request, SigningFixture.Cancelled);

        Assert.Equal(SigningStatus.Ok, gone.Status);
        Assert.True(back.IsRedelivered);
        Assert.Equal<IEnumerable<byte>>(gone.Signatures, back.Signatures);
    }

    [Fact]
    public async Task A_refusal_and_a_definite_failure_leave_the_id_free()
    {
        var sad = await OpenAsync(1, Hash(1));
        Assert.Equal(SigningStatus.HashNotAuthorized, (await SignAsync(sad, Id, Hash(2))).Status);
        var row = _fixture.Store.Read(connection => connection.Credentials.Find(_credential.Id))!;
        hsm.Token.DestroyKey(row.KeyId, row.KeyLabel);

        Assert.Equal(SigningStatus.Failed, (await SignAsync(sad, Id, Hash(1))).Status);
        Assert.Equal(SigningStatus.Failed, (await SignAsync(sad, Id, Hash(1))).Status);

        Assert.Equal(2, (await _fixture.AuditAsync(AuditEvent.SignHashReleased)).Count);
        Assert.Equal(1, _fixture.Store.Read(connection => connection.Activations.Tally().Authorised));
    }

    [Fact]
    public async Task One_in_doubt_says_so()
    {
        var sad = await OpenAsync(1, Hash(1));
        await SignAsync(sad, Id, Hash(1));
        await SetStateAsync(OutcomeState.InDoubt);

        Assert.Equal(SigningStatus.OutcomeInDoubt, (await SignAsync(sad, Id, Hash(1))).Status);
        var refused = Assert.Single(await _fixture.AuditAsync(AuditEvent.SignHashRefused));
        Assert.Equal("InDoubt", refused.Record.Detail);
    }

    [Fact]
    public async Task One_in_flight_on_another_node_is_waited_for()
    {
        var sad = await OpenAsync(1, Hash(1));
        var first = await SignAsync(sad, Id, Hash(1));
        var row = await SetStateAsync(OutcomeState.InFlight);

        var waiting = SignAsync(sad, Id, Hash(1)).AsTask();
        using var impatient = new CancellationTokenSource();
        var given = _fixture.Service.SignHashAsync(
            new SignHashRequest
            {
                Caller = _ioana,
                CredentialId = _credential.Id,
                Sad = sad,
                Hashes = [Hash(1)],
                SignatureAlgorithm = "1.2.840.10045.4.3.2",
                RequestId = Id,
            },
            impatient.Token).AsTask();
        await impatient.CancelAsync();
        Assert.Equal(SigningStatus.Cancelled, (await given).Status);
        Assert.False(waiting.IsCompleted);
        await _fixture.WriteAsync(connection =>
        {
            connection.Outcomes.Complete(Key, row.Mac, row.Signatures);
            return true;
        });

        var again = await waiting;
        Assert.True(again.IsRedelivered);
        Assert.Equal<IEnumerable<byte>>(first.Signatures, again.Signatures);
    }

    private UInt128 Key => OutcomeRequest.KeyOf(_ioana.SignerId, _ioana.ClientId, Id);

    private static byte[] Hash(int i) => SHA256.HashData(BitConverter.GetBytes(i));

    private ValueTask<SignHashResult> SignAsync(string sad, string? id, params byte[][] hashes)
        => _fixture.SignAsync(_ioana, _credential.Id, sad, hashes, requestId: id);

    private async Task<SigningStatus> StatusAsync(
        CredentialInfo credential, string sad, string algorithm, params byte[][] hashes)
    {
        // RSASSA-PSS-params: SHA-256, MGF1 with SHA-256, 32 bytes of salt (RFC 4055).
        var pss = Convert.FromHexString(
            "3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500"
            + "a203020120");
        var result = await _fixture.Service.SignHashAsync(
            new SignHashRequest
            {
                Caller = _ioana,
                CredentialId = credential.Id,
                Sad = sad,
                Hashes = hashes,
                SignatureAlgorithm = algorithm,
                SignatureParameters = algorithm == RsaPss ? pss : null,
                RequestId = Id,
            },
            SigningFixture.Cancelled);
        return result.Status;
    }

    private Task<string> OpenAsync(int count, params byte[][] hashes) => OpenAsync(_credential, count, hashes);

    private async Task<string> OpenAsync(CredentialInfo credential, int count, params byte[][] hashes)
    {
        _fixture.NextStep();
        var result = await _fixture.AuthorizeAsync(_ioana, credential.Id, count, hashes);
        Assert.Equal(SigningStatus.Ok, result.Status);
        return result.Sad;
    }

    /// <summary>As a node that died left it, or one that lives has it.</summary>
    private async Task<OutcomeRow> SetStateAsync(OutcomeState state)
    {
        // Settled before it is read.
        await _fixture.AuditAsync();
        return await _fixture.WriteAsync(connection =>
        {
            var row = connection.Outcomes.Find(Key)!;
            connection.Outcomes.Delete(Key);
            connection.Outcomes.Insert(Key, row.Fingerprint, row.RequestId, row.ExpiresAt);
            if (state == OutcomeState.InDoubt)
            {
                connection.Outcomes.SetInDoubt(Key);
            }

            return row;
        });
    }
}
