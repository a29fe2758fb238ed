using System.Diagnostics;
using System.Security.Cryptography;
using Appliance.Grpc.Client;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Tests.Grpc;
using Appliance.Server.Tests.Hosting;
using Appliance.Storage;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Csc.Clients;

/// <summary>What client applications do in their own name, over both wires of the running appliance.</summary>
public sealed class ClientCallTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const string Ecdsa = "1.2.840.10045.4.3.2";

    private readonly CscGrpcCalls _grpc = new(appliance);

    /// <summary>Asks for no factor.</summary>
    private string Seal => appliance.Acme.Credentials[1];

    [Fact]
    public async Task A_token_says_how_long_it_lives_and_is_kept_by_nobody()
    {
        var client = await appliance.AddClientAsync();
        var answer = await appliance.FormAsync("/csc/v1/oauth2/token", new(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = client.Id.ToString("D"),
            ["client_secret"] = client.Secret,
            ["clientData"] = "whatever",
        });

        Assert.Equal("Bearer", answer.Json.GetProperty("token_type").GetString());
        Assert.Equal(3600, answer.Json.GetProperty("expires_in").GetInt32());
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Contains("no-cache", answer.Headers.Pragma.Select(value => value.Name), StringComparer.Ordinal);
        Assert.Equal(3, answer.Json.EnumerateObject().Count());
    }

    [Fact]
    public async Task A_seal_without_factors_is_opened_and_used_by_its_client_over_REST()
    {
        var client = await appliance.AddClientAsync(credentials: Seal);
        var hash = RunningAppliance.RandomHash();
        var sad = await AuthorizeAsync(client, hash);
        var answer = await appliance.PostAsync(client, "/csc/v2/signatures/signHash", SignBody(sad, hash));

        var signature = Convert.FromBase64String(answer.Json.GetProperty("signatures")[0].GetString()!);
        using var certificate = appliance.Acme.Certificate(1);
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions
            .GetECDsaPublicKey(certificate)!;
        Assert.True(key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence));
        var record = appliance.Audit(AuditEvent.SignHashIntent, 1)[0].Record;
        Assert.Equal((appliance.Acme.Id, client.Id), (record.SignerId, record.ClientId));
    }

    [Fact]
    public async Task A_refused_authorisation_names_client_and_signer_in_the_trail()
    {
        var client = await appliance.AddClientAsync(credentials: Seal);
        var hash = Convert.ToBase64String(new byte[32]);
        await appliance.PostAsync(
            client,
            "/csc/v2/credentials/authorize",
            new { credentialID = Seal, numSignatures = 1, hashes = new[] { hash, hash } });

        var record = appliance.Audit(AuditEvent.AuthorizeRefused, 1)[0].Record;
        Assert.Equal((appliance.Acme.Id, client.Id), (record.SignerId, record.ClientId));
    }

    [Fact]
    public async Task A_signers_own_sign_in_leaves_no_client_in_the_trail()
    {
        await appliance.PostAsync(
            "/csc/v2/credentials/authorize",
            $$"""{"credentialID":"{{Seal}}","numSignatures":1,"hashes":["{{Convert.ToBase64String(new byte[32])}}"]}""",
            "Bearer " + appliance.Acme.Token);

        var record = appliance.Audit(AuditEvent.AuthorizeRefused, 1)[0].Record;
        Assert.Equal((appliance.Acme.Id, (Guid?)null), (record.SignerId, record.ClientId));
    }

    [Fact]
    public async Task The_same_over_gRPC()
    {
        var client = await appliance.AddClientAsync(credentials: Seal);
        var hash = RunningAppliance.RandomHash();
        var authorized = await _grpc.CallAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
            Proto.CredentialsReflection.Descriptor,
            "Authorize",
            new()
            {
                CredentialId = Seal,
                NumSignatures = 1,
                Hashes = { ByteString.CopyFrom(hash) },
                HashAlgorithmOid = CscGrpcCalls.Sha256,
            },
            client.Token);

        Assert.Single((await _grpc.SignAsync(client.Token, Seal, authorized.Sad, hash)).Signatures);
    }

    [Fact]
    public async Task The_organisations_own_sign_in_does_not_open_what_is_for_clients()
    {
        var answer = await appliance.PostAsync(
            "/csc/v2/credentials/authorize",
            $$"""{"credentialID":"{{Seal}}","numSignatures":1,"hashes":["{{Convert.ToBase64String(new byte[32])}}"]}""",
            "Bearer " + appliance.Acme.Token);

        Assert.Equal((403, "access_denied"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task A_client_opens_a_signers_credential_with_the_signers_code_only()
    {
        var client = await appliance.AddClientAsync(credentials: appliance.Ioana.Credentials[1]);
        var hash = RunningAppliance.RandomHash();
        object Body(string? code) => new
        {
            credentialID = appliance.Ioana.Credentials[1],
            numSignatures = 1,
            hash = new[] { Convert.ToBase64String(hash) },
            OTP = code,
        };

        (await appliance.PostAsync(client, "/csc/v1/credentials/authorize", Body(null)))
            .Refused(400, "invalid_request", "Missing (or invalid type) string parameter OTP");
        var answer = await appliance.PostAsync(
            client, "/csc/v1/credentials/authorize", Body(appliance.FreshCode(appliance.Ioana)));
        var sad = answer.Json.GetProperty("SAD").GetString()!;

        // Another client, and the signer itself, have another SAD.
        var other = await appliance.AddClientAsync(credentials: appliance.Ioana.Credentials[1]);
        var body = SignBody(sad, hash, appliance.Ioana.Credentials[1]);
        (await appliance.PostAsync(other, "/csc/v2/signatures/signHash", body))
            .Refused(400, "invalid_request", "Invalid parameter SAD");
        (await appliance.PostAsync(
                "/csc/v2/signatures/signHash", System.Text.Json.JsonSerializer.Serialize(body)))
            .Refused(400, "invalid_request", "Invalid parameter SAD");
        Assert.Equal(200, (await appliance.PostAsync(client, "/csc/v2/signatures/signHash", body)).Status);
    }

    [Fact]
    public async Task A_list_tells_what_the_caller_may_use()
    {
        var listed = await appliance.AddClientAsync(credentials: [Seal, appliance.Mihai.Credentials[0]]);
        var own = await appliance.AddClientAsync(
            new ClientOrder { OrganisationId = appliance.Acme.Id, Reach = ClientReach.Organisation });
        var all = await appliance.AddClientAsync(new ClientOrder { Reach = ClientReach.All });

        Assert.Equivalent(
            new[] { appliance.Mihai.Credentials[0], Seal }, await ListAsync(listed, null), strict: true);
        Assert.Equal([Seal], await ListAsync(listed, appliance.Acme.Id.ToString("D")));
        Assert.Equal([appliance.Mihai.Credentials[0]], await ListAsync(listed, appliance.Mihai.User));
        Assert.Equivalent(appliance.Acme.Credentials, await ListAsync(own, null), strict: true);
        Assert.Equivalent(
            appliance.Ioana.Credentials, await ListAsync(all, appliance.Ioana.User.ToUpperInvariant()), strict: true);
        foreach (var (client, user) in new (TestClient, string?)[]
        {
            (listed, appliance.Ioana.User), (listed, "nobody"), (listed, Guid.NewGuid().ToString("D")),
            (own, appliance.Ioana.User), (all, null), (all, "nobody"),
        })
        {
            foreach (var version in new[] { "v1", "v2" })
            {
                (await appliance.PostAsync(client, $"/csc/{version}/credentials/list", new { userID = user }))
                    .Refused(400, "invalid_request", "Invalid parameter userID");
            }
        }

        var others = new { credentialID = appliance.Ioana.Credentials[0] };
        (await appliance.PostAsync(listed, "/csc/v2/credentials/info", others))
            .Refused(400, "invalid_request", "Invalid parameter credentialID");
        Assert.Equal(
            200,
            (await appliance.PostAsync(listed, "/csc/v2/credentials/info", new { credentialID = Seal })).Status);
    }

    [Theory]
    [InlineData("credentials/list", ClientOperations.Read)]
    [InlineData("credentials/info", ClientOperations.Read)]
    [InlineData("credentials/authorize", ClientOperations.Authorize)]
    [InlineData("credentials/extendTransaction", ClientOperations.Authorize)]
    [InlineData("signatures/signHash", ClientOperations.Sign)]
    public async Task A_method_that_is_not_the_clients_is_denied_on_both_wires_and_audited(
        string method, ClientOperations needed)
    {
        var client = await appliance.AddClientAsync(
            new ClientOrder { Operations = ClientOperations.All & ~needed }, Seal);

        foreach (var version in new[] { "v1", "v2" })
        {
            (await appliance.PostAsync(client, $"/csc/{version}/{method}", new { credentialID = Seal }))
                .Refused(403, "access_denied", "The client may not call this method");
        }

        Assert.Equal(GrpcStatusCode.PermissionDenied, (await CallAsync(client, method)).Code);
        var records = appliance.Audit(AuditEvent.RequestRefused)
            .Where(entry => entry.Record.ClientId == client.Id).ToList();
        Assert.Equal(3, records.Count);
        Assert.All(records, entry => Assert.StartsWith(method, entry.Record.Detail, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("open")]
    [InlineData("fill")]
    [InlineData("close")]
    public async Task Bulk_activations_are_for_clients_that_authorize(string step)
    {
        var client = await appliance.AddClientAsync(
            new ClientOrder { Operations = ClientOperations.Read | ClientOperations.Sign }, Seal);

        (await appliance.PostAsync(client, $"/bulk/v1/activations/{step}", new { credentialID = Seal }))
            .Refused(403, "access_denied", "The client may not call this method");
    }

    [Fact]
    public async Task A_client_fills_and_closes_a_bulk_activation_without_any_factor()
    {
        var client = await appliance.AddClientAsync(credentials: Seal);
        var hashes = new[] { RunningAppliance.RandomHash(), RunningAppliance.RandomHash() };
        var opened = await appliance.PostAsync(
            client, "/bulk/v1/activations/open", new { credentialID = Seal, numSignatures = 2 });
        var id = opened.Json.GetProperty("activationID").GetString()!;
        var fill = new { activationID = id, first = 0, hashes = hashes.Select(Convert.ToBase64String) };
        var other = await appliance.AddClientAsync(credentials: Seal);
        (await appliance.PostAsync(other, "/bulk/v1/activations/fill", fill))
            .Refused(400, "invalid_request", "Invalid parameter activationID");
        Assert.Equal(200, (await appliance.PostAsync(client, "/bulk/v1/activations/fill", fill)).Status);

        var closed = await appliance.PostAsync(client, "/bulk/v1/activations/close", new
        {
            activationID = id,
            numSignatures = 2,
            hashAlgorithmOID = CscGrpcCalls.Sha256,
            digest = Convert.ToBase64String(SHA256.HashData([.. hashes[0], .. hashes[1]])),
        });

        var sad = closed.Json.GetProperty("SAD").GetString()!;
        Assert.Equal(
            200, (await appliance.PostAsync(client, "/csc/v2/signatures/signHash", SignBody(sad, hashes[1]))).Status);
    }

    [Fact]
    public async Task A_client_that_is_stopped_or_loses_the_credential_is_refused_at_its_next_use()
    {
        var client = await appliance.AddClientAsync(credentials: Seal);
        var hash = RunningAppliance.RandomHash();
        var sad = await AuthorizeAsync(client, hash);

        await appliance.Directory().RemoveCredentialAsync(
            client.Id, Guid.Parse(Seal), TestContext.Current.CancellationToken);
        (await appliance.PostAsync(client, "/csc/v2/signatures/signHash", SignBody(sad, hash)))
            .Refused(400, "invalid_request", "Invalid parameter credentialID");

        await appliance.StopAsync(client, ClientState.Suspended);
        (await appliance.PostAsync(client, "/csc/v2/credentials/list", new { }))
            .Refused(401, "expired_token", "The access token expired or was revoked");
        Assert.Equal(GrpcStatusCode.Unauthenticated, (await CallAsync(client, "credentials/list")).Code);
    }

    [Fact]
    public async Task What_another_hand_takes_away_in_the_store_is_refused_with_the_reservation()
    {
        var client = await appliance.AddClientAsync(credentials: Seal);
        var hash = RunningAppliance.RandomHash();
        var sad = await AuthorizeAsync(client, hash);

        // As another node would, without a word to this one.
        await appliance.Ledger.WriteAsync(
            c => c.ClientCredentials.Delete(client.Id, Guid.Parse(Seal)), TestContext.Current.CancellationToken);

        (await appliance.PostAsync(client, "/csc/v2/signatures/signHash", SignBody(sad, hash)))
            .Refused(403, "access_denied", "The client may not use this credential; nothing was used up");
    }

    [Fact]
    public async Task A_client_beyond_its_rate_is_put_off_at_once_on_both_wires()
    {
        var client = await appliance.AddClientAsync(new ClientOrder { Rate = 1, Burst = 3 }, Seal);
        await appliance.PostAsync(client, "/csc/v2/credentials/list", new { });
        await appliance.PostAsync(client, "/csc/v2/credentials/list", new { });

        var started = Stopwatch.GetTimestamp();
        RestAnswer answer;
        do
        {
            answer = await appliance.PostAsync(client, "/csc/v2/credentials/list", new { });
        }
        while (answer.Status == 200);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 20);
        Assert.Equal((429, "temporarily_unavailable"), (answer.Status, answer.Error));
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 2);
        var refusal = await CallAsync(client, "credentials/list");
        Assert.Equal(GrpcStatusCode.ResourceExhausted, refusal.Code);
        Assert.NotNull(refusal.RetryAfter);

        // Others are not held up.
        var another = await appliance.AddClientAsync();
        Assert.Equal(200, (await appliance.PostAsync(another, "/csc/v2/credentials/list", new { })).Status);
    }

    [Fact]
    public async Task Info_says_that_clients_are_served_and_where()
    {
        foreach (var version in new[] { "v1", "v2" })
        {
            var info = (await appliance.PostAsync($"/csc/{version}/info", "{}", null)).Json;
            Assert.Equal(
                ["basic", "oauth2client"], info.GetProperty("authType").EnumerateArray().Select(t => t.GetString()),
                StringComparer.Ordinal);
            Assert.Equal(
                appliance.Rest.BaseAddress!.GetLeftPart(UriPartial.Authority), info.GetProperty("oauth2").GetString());
            Assert.Contains(
                "oauth2/token",
                info.GetProperty("methods").EnumerateArray().Select(m => m.GetString()),
                StringComparer.Ordinal);
        }
    }

    private static object SignBody(string sad, byte[] hash, string credential)
        => new
        {
            credentialID = credential,
            SAD = sad,
            hashes = new[] { Convert.ToBase64String(hash) },
            signAlgo = Ecdsa,
        };

    private object SignBody(string sad, byte[] hash) => SignBody(sad, hash, Seal);

    private async Task<string> AuthorizeAsync(TestClient client, byte[] hash)
    {
        var answer = await appliance.PostAsync(client, "/csc/v2/credentials/authorize", new
        {
            credentialID = Seal,
            numSignatures = 1,
            hashes = new[] { Convert.ToBase64String(hash) },
            hashAlgorithmOID = CscGrpcCalls.Sha256,
        });
        return answer.Json.GetProperty("SAD").GetString()!;
    }

    private async Task<IReadOnlyList<string>> ListAsync(TestClient client, string? user)
    {
        var answer = await appliance.PostAsync(client, "/csc/v2/credentials/list", new { userID = user });
        return [.. answer.Json.GetProperty("credentialIDs").EnumerateArray().Select(id => id.GetString()!)];
    }

    private Task<GrpcStatusException> CallAsync(TestClient client, string method) => method switch
    {
        "credentials/list" => FailsAsync<Proto.ListCredentialsRequest, Proto.ListCredentialsResponse>(
            client, Proto.CredentialsReflection.Descriptor, "List"),
        "credentials/info" => FailsAsync<Proto.CredentialInfoRequest, Proto.CredentialInfo>(
            client, Proto.CredentialsReflection.Descriptor, "Info"),
        "credentials/authorize" => FailsAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
            client, Proto.CredentialsReflection.Descriptor, "Authorize"),
        "credentials/extendTransaction" => FailsAsync<Proto.ExtendTransactionRequest, Proto.ExtendTransactionResponse>(
            client, Proto.CredentialsReflection.Descriptor, "ExtendTransaction"),
        _ => FailsAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
            client, Proto.SignaturesReflection.Descriptor, "SignHash"),
    };

    private Task<GrpcStatusException> FailsAsync<TRequest, TResponse>(
        TestClient client, Google.Protobuf.Reflection.FileDescriptor file, string method)
        where TRequest : IMessage, new()
        where TResponse : class, IMessage<TResponse>
        => Assert.ThrowsAsync<GrpcStatusException>(
            () => _grpc.CallAsync<TRequest, TResponse>(file, method, new TRequest(), client.Token));
}
