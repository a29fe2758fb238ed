using System.Collections;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Signing.Tests.Keys;
using Appliance.Storage;

namespace Appliance.Signing.Tests;

[Collection(SharedTokens.Name)]
public sealed class SignHashTests(SoftHsm hsm) : IAsyncLifetime
{
    private readonly SigningFixture _fixture = new(hsm);
    private Caller _ioana;
    private CredentialInfo _credential = null!;

    public async ValueTask InitializeAsync()
    {
        _ioana = await _fixture.AddSignerAsync("ioana");
        _credential = await _fixture.AddCredentialAsync(_ioana);
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task An_authorised_hash_is_signed_and_the_signature_verifies(SlotDispatch dispatch)
    {
        await using var fixture = new SigningFixture(hsm, dispatch);
        var caller = await fixture.AddSignerAsync("ioana");
        var credential = await fixture.AddCredentialAsync(caller, KeyAlgorithm.Rsa2048);
        byte[][] hashes = [Hash(1), Hash(2), Hash(1)];
        var activation = await fixture.AuthorizeAsync(caller, credential.Id, 3, hashes);
        Assert.Equal((SigningStatus.Ok, 600), (activation.Status, activation.ExpiresIn));

        var result = await fixture.SignAsync(caller, credential.Id, activation.Sad, hashes, "1.2.840.113549.1.1.11");

        Assert.Equal(SigningStatus.Ok, result.Status);
        using var certificate = X509CertificateLoader.LoadCertificate(credential.Certificates[0]);
        using var key = certificate.GetRSAPublicKey()!;
        for (var i = 0; i < hashes.Length; i++)
        {
            Assert.True(key.VerifyHash(
                hashes[i], result.Signatures[i], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }

        var done = Assert.Single(await fixture.AuditAsync(AuditEvent.SignHashDone));
        Assert.Equal(3, done.Record.Count);
        Assert.Equal(caller.SignerId, done.Record.SignerId);
        Assert.Single(await fixture.AuditAsync(AuditEvent.SignHashIntent));
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task What_nobody_waits_for_any_more_is_not_signed_and_costs_nothing(SlotDispatch dispatch)
    {
        await using var fixture = new SigningFixture(hsm, dispatch);
        var caller = await fixture.AddSignerAsync("ioana");
        var credential = await fixture.AddCredentialAsync(caller);
        var activation = await fixture.AuthorizeAsync(caller, credential.Id, 1, [Hash(1)]);

        var late = await SignLateAsync(requestId: null);

        Assert.Equal(SigningStatus.Overloaded, late.Status);
        var released = Assert.Single(await fixture.AuditAsync(AuditEvent.SignHashReleased));
        Assert.Contains("NeverDispatched", released.Record.Detail, StringComparison.Ordinal);

        // Who gave it an id asks again, and must find it.
        Assert.Equal(SigningStatus.Ok, (await SignLateAsync("one")).Status);

        ValueTask<SignHashResult> SignLateAsync(string? requestId) => fixture.Service.SignHashAsync(
            new SignHashRequest
            {
                Caller = caller,
                CredentialId = credential.Id,
                Sad = activation.Sad,
                Hashes = [Hash(1)],
                SignatureAlgorithm = "1.2.840.10045.4.3.2",
                RequestId = requestId,
                Deadline = 1,
            },
            SigningFixture.Cancelled);
    }

    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task What_cannot_be_handed_to_the_token_is_told_and_costs_nothing(SlotDispatch dispatch)
    {
        await using var fixture = new SigningFixture(hsm, dispatch);
        var caller = await fixture.AddSignerAsync("ioana");
        var credential = await fixture.AddCredentialAsync(caller);
        var activation = await fixture.AuthorizeAsync(caller, credential.Id, 1, [Hash(1)]);

        var result = await fixture.SignAsync(caller, credential.Id, activation.Sad, new GoneAfterReservation(Hash(1)))
            .AsTask().WaitAsync(TimeSpan.FromSeconds(30), SigningFixture.Cancelled);

        Assert.Equal(SigningStatus.Failed, result.Status);
        Assert.Equal(
            SigningStatus.Ok,
            (await fixture.SignAsync(caller, credential.Id, activation.Sad, [Hash(1)])).Status);
        Assert.Single(await fixture.AuditAsync(AuditEvent.SignHashReleased));
    }

    [Fact]
    public async Task Several_calls_may_share_a_sad_until_every_occurrence_is_used()
    {
        var sad = await OpenAsync(2, Hash(1), Hash(2));

        Assert.Equal(SigningStatus.Ok, await StatusAsync(sad, Hash(2)));
        Assert.Equal(SigningStatus.HashNotAuthorized, await StatusAsync(sad, Hash(2)));
        Assert.Equal(SigningStatus.Ok, await StatusAsync(sad, Hash(1)));
        Assert.Equal(SigningStatus.SadInvalid, await StatusAsync(sad, Hash(1)));
        Assert.Equal(2, (await _fixture.AuditAsync(AuditEvent.SignHashDone)).Count);
        Assert.Equal(2, (await _fixture.AuditAsync(AuditEvent.SignHashRefused)).Count);
    }

    [Fact]
    public async Task A_hash_beside_the_authorised_ones_takes_the_whole_call_with_it_and_uses_nothing()
    {
        var sad = await OpenAsync(2, Hash(1), Hash(2));

        Assert.Equal(SigningStatus.HashNotAuthorized, await StatusAsync(sad, Hash(1), Hash(3)));
        Assert.Equal(SigningStatus.HashNotAuthorized, await StatusAsync(sad, Hash(1), Hash(1)));
        Assert.Equal(SigningStatus.Ok, await StatusAsync(sad, Hash(1), Hash(2)));
    }

    [Fact]
    public async Task A_sad_is_good_for_its_credential_signer_and_client_only()
    {
        var other = await _fixture.AddSignerAsync("mihai");
        var own = await _fixture.AddCredentialAsync(_ioana);
        var foreign = await _fixture.AddCredentialAsync(other);
        var sad = await OpenAsync(1, Hash(1));

        Assert.Equal(SigningStatus.SadInvalid, await StatusAsync(_ioana, own.Id, sad));
        Assert.Equal(SigningStatus.SadInvalid, await StatusAsync(other, foreign.Id, sad));
        Assert.Equal(SigningStatus.UnknownCredential, await StatusAsync(other, _credential.Id, sad));
        Assert.Equal(SigningStatus.UnknownCredential, await StatusAsync(_ioana, foreign.Id, sad));
        var client = _ioana with { ClientId = Guid.CreateVersion7() };
        Assert.Equal(SigningStatus.SadInvalid, await StatusAsync(client, _credential.Id, sad));
        Assert.Equal(5, (await _fixture.AuditAsync(AuditEvent.SignHashRefused)).Count);
        Assert.Equal(SigningStatus.Ok, await StatusAsync(sad, Hash(1)));
    }

    [Fact]
    public async Task A_tampered_sad_is_refused_and_costs_nothing()
    {
        var sad = await OpenAsync(1, Hash(1));
        var tampered = (sad[0] == 'B' ? 'C' : 'B') + sad[1..];

        Assert.Equal(SigningStatus.SadInvalid, await StatusAsync(tampered, Hash(1)));
        Assert.Equal(SigningStatus.SadInvalid, await StatusAsync("", Hash(1)));
        Assert.Equal(SigningStatus.Ok, await StatusAsync(sad, Hash(1)));
    }

    [Fact]
    public async Task A_sad_expires()
    {
        var sad = await OpenAsync(1, Hash(1));
        _fixture.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(SigningStatus.SadExpired, await StatusAsync(sad, Hash(1)));
        Assert.Single(await _fixture.AuditAsync(AuditEvent.SignHashRefused));
    }

    [Fact]
    public async Task Scal1_signs_any_hash_as_often_as_was_authorised()
    {
        _credential = await _fixture.AddCredentialAsync(_ioana, scal: 1);
        var sad = await OpenAsync(2);

        Assert.Equal(SigningStatus.HashNotAuthorized, await StatusAsync(sad, Hash(1), Hash(2), Hash(3)));
        Assert.Equal(SigningStatus.Ok, await StatusAsync(sad, Hash(1)));
        Assert.Equal(SigningStatus.Ok, await StatusAsync(sad, Hash(1)));
        Assert.Equal(SigningStatus.SadInvalid, await StatusAsync(sad, Hash(1)));
    }

    [Fact]
    public async Task A_suspended_credential_signs_no_more_even_with_a_sad_from_before()
    {
        var sad = await OpenAsync(1, Hash(1));
        Assert.NotNull(_fixture.Service.FindCredential(_ioana, _credential.Id));
        await _fixture.WriteAsync(connection =>
        {
            connection.Credentials.SetState(_credential.Id, CredentialState.Suspended);
            return true;
        });

        Assert.Equal(SigningStatus.CredentialDisabled, await StatusAsync(sad, Hash(1)));
    }

    [Fact]
    public async Task A_credential_that_changed_and_came_back_signs_on()
    {
        var sad = await OpenAsync(1, Hash(1));
        await _fixture.WriteAsync(connection =>
        {
            connection.Credentials.SetState(_credential.Id, CredentialState.Suspended);
            connection.Credentials.SetState(_credential.Id, CredentialState.Enabled);
            return true;
        });

        Assert.Equal(SigningStatus.Ok, await StatusAsync(sad, Hash(1)));
    }

    [Fact]
    public async Task A_limited_signer_signs_no_more()
    {
        var sad = await OpenAsync(1, Hash(1));
        await _fixture.WriteAsync(connection =>
        {
            connection.Signers.SetState(_ioana.SignerId, SignerState.Limited);
            return true;
        });

        Assert.Equal(SigningStatus.CredentialDisabled, await StatusAsync(sad, Hash(1)));
    }

    [Fact]
    public async Task Bulk_goes_behind_interactive_work_whatever_its_size()
    {
        var sad = await OpenAsync(2, Hash(1), Hash(2));
        using var held = new ManualResetEventSlim();
        using var reached = new ManualResetEventSlim();
        var gate = _fixture.WriteAsync(_ =>
        {
            reached.Set();
            held.Wait(SigningFixture.Cancelled);
            return true;
        });
        reached.Wait(SigningFixture.Cancelled);

        var bulk = _fixture.SignAsync(_ioana, _credential.Id, sad, [Hash(1)], isBulk: true);
        var interactive = _fixture.SignAsync(_ioana, _credential.Id, sad, [Hash(2)]);
        held.Set();

        await gate;
        Assert.Equal(SigningStatus.Ok, (await bulk).Status);
        Assert.Equal(SigningStatus.Ok, (await interactive).Status);
        var intents = await _fixture.AuditAsync(AuditEvent.SignHashIntent);
        Assert.Equal([Hash(2), Hash(1)], intents.Reverse().Select(entry => entry.Record.Digest.ToArray()));
    }

    [Fact]
    public async Task A_call_that_was_cancelled_before_the_token_was_asked_uses_nothing()
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
        };

        var result = await _fixture.Service.SignHashAsync(request, cancelled.Token);

        Assert.Equal(SigningStatus.Cancelled, result.Status);
        Assert.Single(await _fixture.AuditAsync(AuditEvent.SignHashReleased));
        Assert.Equal(SigningStatus.Ok, await StatusAsync(sad, Hash(1)));
    }

    [Fact]
    public async Task Of_64_callers_that_race_for_one_sad_as_many_sign_as_were_authorised()
    {
        var hashes = Enumerable.Range(0, 40).Select(Hash).ToArray();
        var sad = await OpenAsync(40, hashes);

        var results = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(i => StatusAsync(sad, Hash(i % 40))));

        Assert.Equal(40, results.Count(status => status == SigningStatus.Ok));
        Assert.Equal(40, (await _fixture.AuditAsync(AuditEvent.SignHashDone)).Sum(entry => entry.Record.Count));
    }

    [Fact]
    public async Task A_key_that_is_not_in_the_token_fails_and_gives_the_hash_back()
    {
        var sad = await OpenAsync(1, Hash(1));
        var row = _fixture.Store.Read(connection => connection.Credentials.Find(_credential.Id))!;
        hsm.Token.DestroyKey(row.KeyId, row.KeyLabel);

        Assert.Equal(SigningStatus.Failed, await StatusAsync(sad, Hash(1)));
        Assert.Single(await _fixture.AuditAsync(AuditEvent.SignHashReleased));
        Assert.Equal(SigningStatus.Failed, await StatusAsync(sad, Hash(1)));
    }

    private static byte[] Hash(int i) => SHA256.HashData(BitConverter.GetBytes(i));

    private async Task<string> OpenAsync(int count, params byte[][] hashes)
    {
        var result = await _fixture.AuthorizeAsync(_ioana, _credential.Id, count, hashes);
        Assert.Equal(SigningStatus.Ok, result.Status);
        return result.Sad;
    }

    private async Task<SigningStatus> StatusAsync(string sad, params byte[][] hashes)
        => (await _fixture.SignAsync(_ioana, _credential.Id, sad, hashes)).Status;

    private async Task<SigningStatus> StatusAsync(Caller caller, Guid credential, string sad)
        => (await _fixture.SignAsync(caller, credential, sad, [Hash(1)])).Status;

    /// <summary>One hash that the ledger can read once on its own thread, and nobody after that.</summary>
    private sealed class GoneAfterReservation(byte[] hash) : IReadOnlyList<byte[]>
    {
        private bool _reserved;

        public int Count => 1;

        public byte[] this[int index]
        {
            get
            {
                var gone = _reserved;
                _reserved |= Thread.CurrentThread.Name == "Ledger commit";
                return gone ? throw new InvalidOperationException("The hash is gone.") : hash;
            }
        }

        public IEnumerator<byte[]> GetEnumerator() => throw new NotSupportedException();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
