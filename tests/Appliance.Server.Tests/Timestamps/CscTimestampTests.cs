using System.Text.Json;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Csc.Clients;
using Appliance.Server.Tests.Grpc;
using Appliance.Storage;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>signatures/timestamp of CSC, versions 1 and 2 and over gRPC, with tokens that strangers verify.</summary>
public sealed class CscTimestampTests(TsaAppliance tsa) : IClassFixture<TsaAppliance>
{
    private readonly CscGrpcCalls _grpc = new(tsa.Appliance);

    public static TheoryData<string, string> Algorithms => new MatrixTheoryData<string, string>(
        ["v1", "v2", "grpc"],
        [
            "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3",
            "2.16.840.1.101.3.4.2.8", "2.16.840.1.101.3.4.2.9", "2.16.840.1.101.3.4.2.10",
        ]);

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task A_digest_of_any_accepted_algorithm_is_stamped(string wire, string algorithm)
    {
        var hash = new StampedHash(algorithm);
        using var unit = tsa.Chain("p256")[0];

        var info = hash.Stamped(await TokenAsync(wire, hash), unit);

        Assert.Null(info.GetNonce());
        Assert.Equal("0.4.0.2023.1.1", info.PolicyId.Value);
    }

    [Theory]
    [InlineData("v1", "p256")]
    [InlineData("v2", "rsa2048")]
    [InlineData("grpc", "rsa2048")]
    public async Task Openssl_verifies_the_token_of_the_unit_that_was_named(string wire, string unit)
    {
        var hash = new StampedHash();
        var chain = tsa.Chain(unit);

        var token = await TokenAsync(wire, hash, unit: unit, policy: "0.4.0.2023.1.1");

        hash.Stamped(token, chain[0]);
        hash.StampedByOpenSsl(token.Span, chain[1]);
    }

    [Theory]
    [InlineData("v1", "1f", "1F")]
    [InlineData("v1", "F00", "0F00")]
    [InlineData("v2", "80", "0080")]
    [InlineData("v2", "00000001", "01")]
    [InlineData("v2", "0", "00")]
    [InlineData("grpc", "fFeEdDcCbBaA99887766554433221100", "00FFEEDDCCBBAA99887766554433221100")]
    public async Task The_nonce_comes_back(string wire, string nonce, string integer)
    {
        var hash = new StampedHash();
        using var unit = tsa.Chain("p256")[0];

        var info = hash.Stamped(await TokenAsync(wire, hash, nonce), unit);

        Assert.Equal(integer, Convert.ToHexString(info.GetNonce()!.Value.Span));
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task What_clients_send_besides_does_no_harm(string version)
    {
        var hash = new StampedHash();
        using var unit = tsa.Chain("p256")[0];
        var spelled = hash.Base64.TrimEnd('=').Replace('+', '-').Replace('/', '_');

        var answer = await tsa.Appliance.PostAsync(
            $"/csc/{version}/signatures/timestamp",
            $$"""
            {"hash":"{{spelled}}","hashAlgo":"{{hash.Algorithm}}","nonce":null,"clientData":"12345","SAD":"x","unit":""}
            """);

        hash.Stamped(TokenOf(answer.Json), unit);
        Assert.Single(answer.Json.EnumerateObject());
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Info_lists_the_method()
    {
        foreach (var version in new[] { "v1", "v2" })
        {
            var info = (await tsa.Appliance.PostAsync($"/csc/{version}/info", "{}", null)).Json;
            Assert.Single(
                info.GetProperty("methods").EnumerateArray(),
                method => method.GetString() == "signatures/timestamp");
        }

        var told = await _grpc.CallAsync<Proto.ServiceInfoRequest, Proto.ServiceInfoResponse>(
            Proto.ServiceReflection.Descriptor, "Info", new(), token: null);
        Assert.Contains("signatures/timestamp", told.Methods, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_time_stamp_is_on_record_with_its_signer_or_client()
    {
        var appliance = tsa.Appliance;
        var (own, clients) = (new StampedHash(), new StampedHash());
        var client = await appliance.AddClientAsync(new() { Operations = ClientOperations.Timestamp });

        await TokenAsync("v1", own);
        await TokenAsync("grpc", clients, token: client.Token);

        var records = appliance.Audit(AuditEvent.TimestampIntent, 1_000).Select(entry => entry.Record).ToList();
        var first = records.Single(record => record.Digest.Span.SequenceEqual(own.Value));
        Assert.Equal((appliance.Ioana.Id, (Guid?)null), (first.SignerId, first.ClientId));
        var second = records.Single(record => record.Digest.Span.SequenceEqual(clients.Value));
        Assert.Equal((null, client.Id), (second.SignerId, second.ClientId));
    }

    [Fact]
    public async Task A_client_without_the_operation_gets_none_on_any_wire()
    {
        var client = await tsa.Appliance.AddClientAsync(
            new() { Operations = ClientOperations.All & ~ClientOperations.Timestamp });
        var hash = new StampedHash();

        foreach (var version in new[] { "v1", "v2" })
        {
            (await tsa.Appliance.PostAsync($"/csc/{version}/signatures/timestamp", "{}", client.Bearer))
                .Refused(403, "access_denied", "The client may not call this method");
        }

        var error = await Assert.ThrowsAsync<GrpcStatusException>(
            () => TokenAsync("grpc", hash, token: client.Token));
        Assert.Equal((GrpcStatusCode.PermissionDenied, "access_denied"), (error.Code, error.Error!.Reason));
    }

    [Theory]
    [InlineData(null, null, "Missing (or invalid type) string parameter hash")]
    [InlineData("", StampedHash.Sha256, "Empty hash parameter")]
    [InlineData("AAAA", StampedHash.Sha256, "Invalid digest value length")]
    [InlineData("AAAA", "1.3.14.3.2.26", "Invalid parameter hashAlgo")]
    [InlineData("AAAA", null, "Invalid parameter hashAlgo")]
    public async Task The_rows_of_the_table_hold_over_gRPC(string? hash, string? algorithm, string text)
    {
        var request = new Proto.TimestampRequest();
        if (hash is not null)
        {
            request.Hash = ByteString.FromBase64(hash);
        }

        if (algorithm is not null)
        {
            request.HashAlgo = algorithm;
        }

        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => CallAsync(request, tsa.Appliance.Ioana.Token));

        Assert.Equal((GrpcStatusCode.InvalidArgument, text), (error.Code, error.Text));
        Assert.Equal("invalid_request", error.Error!.Reason);
    }

    private static byte[] TokenOf(JsonElement answer) => answer.GetProperty("timestamp").GetBytesFromBase64();

    private async Task<ReadOnlyMemory<byte>> TokenAsync(
        string wire,
        StampedHash hash,
        string? nonce = null,
        string? unit = null,
        string? policy = null,
        string? token = null)
    {
        token ??= tsa.Appliance.Ioana.Token;
        if (wire != "grpc")
        {
            var body = JsonSerializer.Serialize(
                new { hash = hash.Base64, hashAlgo = hash.Algorithm, nonce, unit, policy });
            return TokenOf((await tsa.Appliance.PostAsync(
                $"/csc/{wire}/signatures/timestamp", body, "Bearer " + token)).Json);
        }

        var request = new Proto.TimestampRequest { Hash = ByteString.CopyFrom(hash.Value), HashAlgo = hash.Algorithm };
        request.Nonce = nonce ?? "";
        request.Unit = unit ?? "";
        request.Policy = policy ?? "";
        return (await CallAsync(request, token)).Timestamp.Memory;
    }

    private Task<Proto.TimestampResponse> CallAsync(Proto.TimestampRequest request, string token)
        => _grpc.CallAsync<Proto.TimestampRequest, Proto.TimestampResponse>(
            Proto.SignaturesReflection.Descriptor, "Timestamp", request, token);
}
