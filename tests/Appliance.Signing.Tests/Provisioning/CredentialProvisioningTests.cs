using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Signing.Provisioning;
using Appliance.Signing.Tests.Keys;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Signing.Tests.Provisioning;

[Collection(SharedTokens.Name)]
public sealed class CredentialProvisioningTests : IAsyncDisposable
{
    private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow();

    private readonly TemporaryDirectory _directory = new();
    private readonly SoftHsm _hsm;
    private readonly Store _store;
    private readonly CommitLoop _loop;
    private readonly CredentialLink _link = new(RandomNumberGenerator.GetBytes(32));
    private readonly DemoAuthority _authority;
    private readonly CredentialProvisioning _provisioning;
    private readonly Guid _signer = Guid.CreateVersion7(s_now);
    private readonly Guid _profile = Guid.CreateVersion7(s_now);

    public CredentialProvisioningTests(SoftHsm hsm)
    {
        _hsm = hsm;
        var time = new FixedTime(s_now);
        _store = Store.Open(new StoreOptions { Path = _directory.File("store.db"), TimeProvider = time });
        _store.Writer.Signers.Insert(new SignerRow(_signer, "ioana", "Ioana Pop", null, SignerState.Active, 0));
        _store.Writer.Profiles.Insert(new ProfileRow(_profile, _signer, ProfileKind.Person, "Ioana Pop", 0));
        _loop = new CommitLoop(_store, new CommitLoopOptions(), time, NullLogger<CommitLoop>.Instance);
        _authority = DemoAuthority.Create(hsm.Token, "Demo CA", time);
        _provisioning = new CredentialProvisioning(_store, _loop, hsm.Token, _link, _authority, time);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string AuthorityPem => PemEncoding.WriteString("CERTIFICATE", _authority.Certificate);

    private CredentialOrder Order => new()
    {
        SignerId = _signer,
        ProfileId = _profile,
        Subject = new CertificateSubject("Ioana Pop"),
        Algorithm = KeyAlgorithm.EcP256,
    };

    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        _store.Dispose();
        _authority.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(KeyAlgorithm.Rsa2048)]
    [InlineData(KeyAlgorithm.EcP256)]
    [InlineData(KeyAlgorithm.EcP384)]
    [InlineData(KeyAlgorithm.EcP521)]
    public async Task A_created_credential_is_enabled_with_a_chain_and_a_link(KeyAlgorithm algorithm)
    {
        var made = await _provisioning.CreateAsync(
            Order with { Algorithm = algorithm, Years = 2, Multisign = 10_000, Description = "payslips" }, Cancelled);

        var row = Find(made.Row.Id);
        Assert.Equal(CredentialState.Enabled, row.State);
        Assert.Equal((_signer, _profile), (row.SignerId, row.ProfileId));
        Assert.Equal((2, 10_000, "payslips"), (row.Scal, row.Multisign, row.Description));
        Assert.Equal((int)algorithm, row.KeyAlgorithm);
        Assert.Equal(2, row.Certificates.Count);
        Assert.Equal(16, row.KeyId.Length);
        Assert.True(_link.Verify(row));
        Assert.Equal(s_now.ToUnixTimeSeconds(), row.NotBefore / 1000);
        Assert.Equal(s_now.AddYears(2).ToUnixTimeSeconds(), row.NotAfter / 1000);
        Assert.Null(made.SigningRequest);
    }

    [Fact]
    public async Task The_key_in_the_token_is_the_one_of_the_certificate()
    {
        var row = (await _provisioning.CreateAsync(Order, Cancelled)).Row;
        var hash = SHA256.HashData("a payslip"u8);
        var key = new KeyReference(row.KeyId, row.KeyLabel, row.PublicKey);
        var scheme = new SignatureScheme(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
        var signature = _hsm.Token.Sign(key, scheme, hash);
        var leaf = _directory.WritePem("leaf.pem", "CERTIFICATE", row.Certificates[0]);
        var publicKey = _directory.File("key.pem");
        await File.WriteAllTextAsync(publicKey, OpenSsl.Run("x509", "-in", leaf, "-noout", "-pubkey"), Cancelled);
        await File.WriteAllBytesAsync(_directory.File("signature"), signature, Cancelled);
        await File.WriteAllTextAsync(_directory.File("payslip"), "a payslip", Cancelled);

        OpenSsl.Run(
            "dgst", "-sha256", "-verify", publicKey, "-signature", _directory.File("signature"),
            _directory.File("payslip"));
    }

    [Fact]
    public async Task A_start_in_the_past_or_the_future_is_taken()
    {
        var start = s_now.AddYears(-2);
        var past = (await _provisioning.CreateAsync(Order with { NotBefore = start }, Cancelled)).Row;

        Assert.Equal(start.ToUnixTimeSeconds(), past.NotBefore / 1000);
        Assert.Equal(start.AddYears(1).ToUnixTimeSeconds(), past.NotAfter / 1000);
        await Assert.ThrowsAsync<ProvisioningException>(
            () => _provisioning.CreateAsync(Order with { NotBefore = s_now.AddYears(-11) }, Cancelled));
    }

    [Theory]
    [InlineData(KeyAlgorithm.Rsa2048)]
    [InlineData(KeyAlgorithm.EcP256)]
    [InlineData(KeyAlgorithm.EcP384)]
    [InlineData(KeyAlgorithm.EcP521)]
    public async Task A_csr_verifies_and_its_answer_enables_the_credential(KeyAlgorithm algorithm)
    {
        var order = Order with { Algorithm = algorithm, SigningRequest = true };
        var made = await _provisioning.CreateAsync(order, Cancelled);
        Assert.Equal(CredentialState.Pending, Find(made.Row.Id).State);
        using var ca = new OpenSslAuthority();
        var csr = _directory.WritePem("request.pem", "CERTIFICATE REQUEST", made.SigningRequest!);
        Assert.Contains("verify OK", OpenSsl.Run("req", "-in", csr, "-verify", "-noout"), StringComparison.Ordinal);

        var chain = ca.Root + ca.Issue(csr) + ca.Intermediate;
        var row = await _provisioning.ImportCertificatesAsync(made.Row.Id, chain, Cancelled);

        Assert.Equal(CredentialState.Enabled, row.State);
        Assert.Equal(3, row.Certificates.Count);
        Assert.True(row.NotAfter > row.NotBefore);
        Assert.True(row.Version > made.Row.Version);
        Assert.True(_link.Verify(row));
        var leaf = _directory.WritePem("leaf.pem", "CERTIFICATE", row.Certificates[0]);
        var intermediate = _directory.WritePem("intermediate.pem", "CERTIFICATE", row.Certificates[1]);
        var root = _directory.WritePem("root.pem", "CERTIFICATE", row.Certificates[2]);
        OpenSsl.Run("verify", "-CAfile", root, "-untrusted", intermediate, leaf);
    }

    [Fact]
    public async Task A_certificate_for_another_key_is_refused()
    {
        var waiting = await _provisioning.CreateAsync(Order with { SigningRequest = true }, Cancelled);
        var other = await _provisioning.CreateAsync(Order with { SigningRequest = true }, Cancelled);
        using var ca = new OpenSslAuthority();
        var answer = ca.Issue(_directory.WritePem("other.pem", "CERTIFICATE REQUEST", other.SigningRequest!));

        await Refused(waiting, answer + ca.Intermediate + ca.Root, "None of the certificates is for this");
    }

    [Fact]
    public async Task A_chain_that_does_not_verify_is_refused()
    {
        var waiting = await _provisioning.CreateAsync(Order with { SigningRequest = true }, Cancelled);
        var csr = _directory.WritePem("request.pem", "CERTIFICATE REQUEST", waiting.SigningRequest!);
        using var ca = new OpenSslAuthority();
        using var namesake = new OpenSslAuthority();

        await Refused(waiting, ca.Issue(csr) + namesake.Intermediate + namesake.Root, "does not verify");
        await Refused(waiting, ca.Issue(csr) + ca.Intermediate + AuthorityPem, "is not in the chain");
        await Refused(waiting, "nothing", "There is no certificate");
        await Refused(waiting, string.Concat(Enumerable.Repeat(ca.Root, 9)), "more than 8");
        await Refused(waiting, ca.Issue(csr).Replace("MII", "MIJ", StringComparison.Ordinal), "cannot be read");
        await Refused(waiting, ca.Issue(csr, days: -1) + ca.Intermediate + ca.Root, "expired");
        Assert.Equal(CredentialState.Pending, Find(waiting.Row.Id).State);
    }

    [Fact]
    public async Task A_leaf_alone_is_taken()
    {
        var waiting = await _provisioning.CreateAsync(Order with { SigningRequest = true }, Cancelled);
        var csr = _directory.WritePem("request.pem", "CERTIFICATE REQUEST", waiting.SigningRequest!);
        using var ca = new OpenSslAuthority();

        var row = await _provisioning.ImportCertificatesAsync(waiting.Row.Id, ca.Issue(csr), Cancelled);

        Assert.Single(row.Certificates);
    }

    [Fact]
    public async Task A_credential_that_is_not_there_or_was_edited_takes_no_certificates()
    {
        var unknown = await Assert.ThrowsAsync<ProvisioningException>(
            () => _provisioning.ImportCertificatesAsync(_profile, AuthorityPem, Cancelled));
        Assert.Contains("There is no credential", unknown.Message, StringComparison.Ordinal);

        var prepared = _provisioning.Prepare(Order);
        _store.Writer.Credentials.Insert(prepared.Row with { Scal = 1 });
        var edited = await Assert.ThrowsAsync<ProvisioningException>(
            () => _provisioning.ImportCertificatesAsync(prepared.Row.Id, AuthorityPem, Cancelled));
        Assert.Contains("changed behind", edited.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_commit_leaves_no_key_in_the_token()
    {
        var before = _hsm.Token.FindKeys().Count;

        await Assert.ThrowsAnyAsync<Exception>(
            () => _provisioning.CreateAsync(Order with { ProfileId = Guid.Empty }, Cancelled));

        Assert.Equal(before, _hsm.Token.FindKeys().Count);
        Assert.Empty(_store.Read(connection => connection.Credentials.List()));
    }

    [Fact]
    public async Task An_order_that_cannot_be_met_makes_no_key()
    {
        var before = _hsm.Token.FindKeys().Count;
        CredentialOrder[] orders =
        [
            Order with { Years = 4 },
            Order with { Scal = 3 },
            Order with { Multisign = 0 },
            Order with { Multisign = 1_000_001 },
            Order with { Description = new string('x', 256) },
            Order with { Subject = new CertificateSubject("") },
        ];
        foreach (var order in orders)
        {
            await Assert.ThrowsAsync<ProvisioningException>(() => _provisioning.CreateAsync(order, Cancelled));
        }

        Assert.Equal(before, _hsm.Token.FindKeys().Count);
    }

    [Fact]
    public async Task The_demo_ca_comes_back_from_the_store()
    {
        await _loop.WriteAsync(
            connection =>
            {
                _authority.Save(connection);
                return true;
            },
            Cancelled);

        using var loaded = _store.Read(connection => DemoAuthority.Load(connection, _hsm.Token))!;

        Assert.Equal(_authority.Certificate, loaded.Certificate);
        loaded.Issue((await _provisioning.CreateAsync(Order, Cancelled)).Row.PublicKey, Order.Subject, s_now, 1);
    }

    private CredentialRow Find(Guid id) => _store.Read(connection => connection.Credentials.Find(id))!;

    private async Task Refused(PreparedCredential credential, string pem, string because)
    {
        var error = await Assert.ThrowsAsync<ProvisioningException>(
            () => _provisioning.ImportCertificatesAsync(credential.Row.Id, pem, Cancelled));
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }
}
