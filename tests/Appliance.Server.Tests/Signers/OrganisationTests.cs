using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Server.Tests.Hosting;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Server.Tests.Signers;

/// <summary>
/// Organisations whose clients seal by themselves, with tokens of client_credentials (RFC 6749 4.4): two organisations,
/// one with two clients, and no way from one to the other.
/// </summary>
public sealed class OrganisationTests : IAsyncLifetime
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string Ecdsa = "1.2.840.10045.4.3.2";
    private const int Chunk = 1_000;

    private readonly RunningAppliance _appliance = new();
    private readonly Dictionary<Guid, string> _seals = [];
    private Guid _alpha;
    private Guid _beta;

    public async ValueTask InitializeAsync()
    {
        await _appliance.InitializeAsync();
        _alpha = await AddOrganisationAsync("alpha");
        _beta = await AddOrganisationAsync("beta");
    }

    public ValueTask DisposeAsync() => _appliance.DisposeAsync();

    [Fact]
    public async Task Two_clients_of_one_organisation_stamp_ten_thousand_hashes_at_the_same_time()
    {
        const int Each = 5_000;
        await _appliance.Composition.CreatePackages("test").GrantAsync(
            Guid.Parse(_seals[_alpha]), new PackageGrant(2 * Each), Cancelled);
        var tokens = new[] { await AddClientAsync("one", _alpha), await AddClientAsync("two", _alpha) };

        var stamped = await Task.WhenAll(tokens.Select(token => Task.Run(() => StampAsync(token, Each), Cancelled)));

        Assert.Equal([Each, Each], stamped);
        await _appliance.Composition.Loop.WriteAsync(_ => true, Cancelled);
        var left = _appliance.Composition.Store.Read(
            connection => connection.Packages.List(Guid.Parse(_seals[_alpha]))[0].Remaining);
        Assert.Equal(0, left);
        var done = _appliance.Audit(AuditEvent.SignHashDone).Where(e => e.Record.SignerId == _alpha).ToList();
        Assert.Equal(2 * Each, done.Sum(entry => entry.Record.Count));
        Assert.Equal(2, done.Select(entry => entry.Record.ClientId).Distinct().Count());
        await SealRefusedAsync(tokens[0], "The credential's package has too few signatures left");
    }

    [Fact]
    public async Task A_client_of_one_organisation_neither_sees_nor_uses_what_is_anothers()
    {
        var ours = await AddClientAsync("ours", _alpha);
        var theirs = await AddClientAsync("theirs", _beta);
        var hash = RunningAppliance.RandomHash();
        var hashText = Convert.ToBase64String(hash);
        var credential = _seals[_alpha];
        var sad = await AuthorizeAsync(ours, credential, hash);
        var activation = (await PostAsync(
            ours, "/bulk/v1/activations/open", $$"""{"credentialID":"{{credential}}","numSignatures":1}"""))
            .Json.GetProperty("activationID").GetString();
        var sign = $$"""
            {"credentialID":"{{credential}}","SAD":"{{sad}}","hashes":["{{hashText}}"],"hashAlgorithmOID":"{{Sha256}}",
            "signAlgo":"{{Ecdsa}}","clientData":"x"}
            """;
        Assert.Equal(200, (await PostAsync(ours, "/csc/v2/signatures/signHash", sign, "request-1")).Status);
        Assert.Equal(200, (await PostAsync(ours, "/csc/v2/signatures/signHash", sign, "request-1")).Status);

        var list = (await PostAsync(theirs, "/csc/v2/credentials/list", "{}")).Json.GetProperty("credentialIDs");
        Assert.Equal([_seals[_beta]], list.EnumerateArray().Select(id => id.GetString()!), StringComparer.Ordinal);
        (string Path, string Body)[] calls =
        [
            ("/csc/v2/credentials/list", $$"""{"userID":"{{_alpha:D}}"}"""),
            ("/csc/v1/credentials/info", $$"""{"credentialID":"{{credential}}"}"""),
            ("/csc/v2/credentials/info", $$"""{"credentialID":"{{credential}}"}"""),
            ("/csc/v2/credentials/authorize",
                $$"""{"credentialID":"{{credential}}","numSignatures":1,"hashes":["{{hashText}}"]}"""),
            ("/csc/v2/credentials/extendTransaction", $$"""{"credentialID":"{{credential}}","SAD":"{{sad}}"}"""),
            ("/csc/v2/signatures/signHash", sign),
            ("/csc/v1/signatures/signHash", sign.Replace("\"hashes\"", "\"hash\"", StringComparison.Ordinal)),
            ("/bulk/v1/activations/open", $$"""{"credentialID":"{{credential}}","numSignatures":1}"""),
            ("/bulk/v1/activations/fill",
                $$"""{"activationID":"{{activation}}","first":0,"hashes":["{{hashText}}"]}"""),
            ("/bulk/v1/activations/close",
                $$"""
                {"activationID":"{{activation}}","numSignatures":1,"hashAlgorithmOID":"{{Sha256}}",
                "digest":"{{Convert.ToBase64String(SHA256.HashData(hash))}}"}
                """),
            ("/signers/v1/profiles", $$"""{"signerID":"{{_alpha:D}}"}"""),
            ("/signers/v1/packages", $$"""{"signerID":"{{_alpha:D}}"}"""),
            ("/signers/v1/history", $$"""{"signerID":"{{_alpha:D}}"}"""),
            ("/signers/v1/limit", $$"""{"signerID":"{{_alpha:D}}"}"""),
            ("/signers/v1/restore", $$"""{"signerID":"{{_alpha:D}}"}"""),
        ];
        foreach (var (path, body) in calls)
        {
            // The request's id with which the other's signatures would be delivered again.
            var answer = await PostAsync(theirs, path, body, "request-1");
            Assert.True(answer.Status is 400 or 403, $"{path}: {answer.Status} {answer.Text}");
            Assert.DoesNotContain("signatures\":[", answer.Text, StringComparison.Ordinal);
        }

        Assert.Equal(1, _appliance.Audit(AuditEvent.SignHashRedelivered).Count(e => e.Record.SignerId == _alpha));
        Assert.Equal(SignerState.Active, _appliance.Composition.Store.Read(c => c.Signers.Find(_alpha)!.State));
        var fill = await PostAsync(
            ours,
            "/bulk/v1/activations/fill",
            $$"""{"activationID":"{{activation}}","first":0,"hashes":["{{hashText}}"]}""");
        Assert.Equal(200, fill.Status);
    }

    [Fact]
    public async Task A_client_that_manages_limits_its_organisation_and_others_restore_it()
    {
        var token = await AddClientAsync("manager", _alpha);
        var reader = await AddClientAsync("reader", _alpha, ClientOperations.All & ~ClientOperations.Manage);
        var other = await AddClientAsync("other", _beta);
        var body = $$"""{"signerID":"{{_alpha:D}}"}""";
        var hash = RunningAppliance.RandomHash();
        var sad = await AuthorizeAsync(token, _seals[_alpha], hash);

        foreach (var method in new[] { "limit", "restore", "history" })
        {
            (await PostAsync(reader, $"/signers/v1/{method}", body)).Refused(
                403, "access_denied", "The client may not call this method");
        }

        var limited = (await PostAsync(token, "/signers/v1/limit", body)).Json;
        Assert.Equal(("limited", 1), (
            limited.GetProperty("state").GetString(), limited.GetProperty("credentials").GetInt32()));
        // Its clients' tokens are of no use either, the one's that did it included: others bring it back.
        Assert.Equal(401, (await SignAsync(token, _seals[_alpha], sad, [hash])).Status);
        Assert.Equal(401, (await PostAsync(reader, "/signers/v1/profiles", body)).Status);
        Assert.Equal(401, (await PostAsync(token, "/signers/v1/restore", body)).Status);
        await AuthorizeAsync(other, _seals[_beta], hash);

        await _appliance.Parts.Limits.RestoreAsync(_alpha, "ops", null, Cancelled);
        (await PostAsync(token, "/signers/v1/restore", body)).Refused(
            400, "invalid_request", "The signer is not limited");
        Assert.Equal(200, (await SignAsync(
            token, _seals[_alpha], await AuthorizeAsync(token, _seals[_alpha], hash), [hash])).Status);
        Assert.Equal(
            ["signer.restored", "signer.limited"],
            (await PostAsync(token, "/signers/v1/history", body)).Json.GetProperty("records").EnumerateArray()
                .Select(record => record.GetProperty("event").GetString()!)
                .Where(name => name.StartsWith("signer.", StringComparison.Ordinal)),
            StringComparer.Ordinal);
        var entry = Assert.Single(_appliance.Audit(AuditEvent.SignerLimited)).Record;
        Assert.Equal((_alpha, true, null), (entry.SignerId!.Value, entry.ClientId is not null, entry.Actor));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private async Task<int> StampAsync(string token, int count)
    {
        var credential = _seals[_alpha];
        byte[][] hashes = [.. Enumerable.Range(0, count).Select(_ => RunningAppliance.RandomHash())];
        var activation = (await PostAsync(
            token, "/bulk/v1/activations/open", $$"""{"credentialID":"{{credential}}","numSignatures":{{count}}}"""))
            .Json.GetProperty("activationID").GetString();
        for (var first = 0; first < count; first += Chunk)
        {
            Assert.Equal(200, (await PostAsync(
                token,
                "/bulk/v1/activations/fill",
                $$"""
                {"activationID":"{{activation}}","first":{{first}},
                "hashes":{{List(hashes[first..(first + Chunk)])}}}
                """)).Status);
        }

        var digest = Convert.ToBase64String(SHA256.HashData(hashes.SelectMany(hash => hash).ToArray()));
        var sad = (await PostAsync(
            token,
            "/bulk/v1/activations/close",
            $$"""
            {"activationID":"{{activation}}","numSignatures":{{count}},"digest":"{{digest}}",
            "hashAlgorithmOID":"{{Sha256}}"}
            """)).Json.GetProperty("SAD").GetString()!;
        var signed = 0;
        for (var first = 0; first < count; first += Chunk)
        {
            var answer = await SignAsync(token, credential, sad, hashes[first..(first + Chunk)]);
            signed += answer.Json.GetProperty("signatures").GetArrayLength();
        }

        return signed;
    }

    private async Task<string> AuthorizeAsync(string token, string credential, byte[] hash) => (await PostAsync(
        token,
        "/csc/v2/credentials/authorize",
        $$"""{"credentialID":"{{credential}}","numSignatures":1,"hashes":{{List([hash])}}}"""))
        .Json.GetProperty("SAD").GetString()!;

    private Task<RestAnswer> SignAsync(string token, string credential, string sad, byte[][] hashes) => PostAsync(
        token,
        "/csc/v2/signatures/signHash",
        $$"""
        {"credentialID":"{{credential}}","SAD":"{{sad}}","hashes":{{List(hashes)}},"hashAlgorithmOID":"{{Sha256}}",
        "signAlgo":"{{Ecdsa}}"}
        """);

    private async Task SealRefusedAsync(string token, string description) => (await PostAsync(
        token,
        "/csc/v2/credentials/authorize",
        $$"""
        {"credentialID":"{{_seals[_alpha]}}","numSignatures":1,"hashes":{{List([RunningAppliance.RandomHash()])}}}
        """)).Refused(400, "invalid_request", description);

    private static string List(byte[][] hashes) => JsonSerializer.Serialize(hashes.Select(Convert.ToBase64String));

    private async Task<RestAnswer> PostAsync(string token, string path, string body, string? requestId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", token);
        if (requestId is not null)
        {
            request.Headers.Add("Idempotency-Key", requestId);
        }

        return await _appliance.SendAsync(request);
    }

    private async Task<Guid> AddOrganisationAsync(string user)
    {
        var row = await _appliance.Composition.CreateOrganisations("test").AddAsync(
            new NewOrganisation(user, user), Cancelled);
        var profile = _appliance.Composition.Store.Read(c => c.Profiles.ListBySigner(row.Id)[0]);
        var made = await _appliance.Composition.CreateProvisioning("test").CreateAsync(
            new CredentialOrder
            {
                SignerId = row.Id,
                ProfileId = profile.Id,
                Subject = new CertificateSubject(user),
                Algorithm = KeyAlgorithm.EcP256,
                Multisign = 10_000,
                Extension = ExtensionPolicy.Seal,
                Factors = CredentialFactors.None,
            },
            Cancelled);
        _seals[row.Id] = made.Row.Id.ToString("D");
        return row.Id;
    }

    /// <summary>A client of the organisation, and the access token that it got at oauth2/token.</summary>
    private async Task<string> AddClientAsync(
        string name, Guid organisation, ClientOperations operations = ClientOperations.All)
    {
        var composition = _appliance.Composition;
        var clients = new ClientDirectory(
            composition.Loop, composition.Clients, _appliance.Time, _appliance.Parts.Tokens, "test");
        var client = await clients.CreateAsync(
            name,
            new ClientOrder
            {
                OrganisationId = organisation,
                Operations = operations,
                Reach = ClientReach.Organisation,
            },
            Cancelled);
        var (_, secret) = await new ClientSecrets(clients, _appliance.Time).AddSecretAsync(
            client.Id, TimeSpan.FromDays(1), Cancelled);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth2/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]),
        };
        request.Headers.Authorization = new(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client.Id:D}:{secret}")));
        return (await _appliance.SendAsync(request)).Json.GetProperty("access_token").GetString()!;
    }
}
