using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Grpc.Streaming;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Proto = Appliance.V1;
using Stream = Csc.V2;

namespace Appliance.Server.Tests.Grpc;

/// <summary>Bulk activations on both wires: opened, filled, closed, signed.</summary>
public sealed class BulkActivationTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const int Count = 10_000;
    private const int Chunk = 1_000;

    private readonly CscGrpcCalls _calls = new(appliance);

    [Fact]
    public async Task Ten_thousand_hashes_are_authorised_by_their_digest_and_signed_by_a_stream()
    {
        var hashes = Bulk.RandomHashes(Count);
        var opened = await OpenAsync(appliance.Acme, Count);
        foreach (var first in Enumerable.Range(0, Count / Chunk).Select(chunk => chunk * Chunk).Reverse().Append(0))
        {
            await FillAsync(appliance.Acme, opened, first, hashes[first..(first + Chunk)]);
        }

        var wrong = await Assert.ThrowsAsync<GrpcStatusException>(
            () => CloseAsync(appliance.Acme, opened, Count, SHA256.HashData([1])));
        Assert.Equal(GrpcStatusCode.FailedPrecondition, wrong.Code);
        var digest = DigestOf(hashes);
        var sad = (await CloseAsync(appliance.Acme, opened, Count, digest)).Sad;

        Assert.Contains(
            appliance.Audit(AuditEvent.AuthorizeOk),
            entry => entry.Record.Count == Count && entry.Record.Digest.Span.SequenceEqual(digest));
        using var call = await BulkCall.StartAsync(appliance.GrpcAddress, appliance.Acme.Token);
        await call.SendAsync(new Stream.SignHashStreamRequest { Defaults = Request(sad) });
        var sending = call.SendAsync(Bulk.Items(hashes));
        using var key = appliance.Acme.Certificate(0).GetECDsaPublicKey()!;
        var answered = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Count; i++)
        {
            var result = await call.ResultAsync();
            Assert.True(result.Status is null, result.Status?.ToString());
            Assert.True(answered.Add(result.Id));
            var hash = hashes[int.Parse(result.Id, CultureInfo.InvariantCulture)];
            Assert.True(key.VerifyHash(hash, result.Signatures[0].Span, DSASignatureFormat.Rfc3279DerSequence));
        }

        await sending;
        call.HalfClose();
        await call.ReadAllAsync();
        Assert.Equal(0, call.Code);
    }

    [Fact]
    public async Task The_same_is_served_over_rest()
    {
        var hashes = Bulk.RandomHashes(3);
        var bearer = "Bearer " + appliance.Acme.Token;
        var opened = (await appliance.PostAsync(
            "/bulk/v1/activations/open",
            $$"""{"credentialID":"{{appliance.Acme.Credentials[0]}}","numSignatures":3}""",
            bearer)).Json;
        Assert.Equal(3_600, opened.GetProperty("expiresIn").GetInt32());
        var id = opened.GetProperty("activationID").GetString();
        var list = string.Join(',', hashes.Select(hash => '"' + Convert.ToBase64String(hash) + '"'));
        var fill = $$"""{"activationID":"{{id}}","first":0,"hashes":[{{list}}]}""";
        var digest = Convert.ToBase64String(DigestOf(hashes));
        string Close() => $$"""
            {"activationID":"{{id}}","numSignatures":3,"digest":"{{digest}}",
            "hashAlgorithmOID":"{{CscGrpcCalls.Sha256}}",
            "authData":[{"id":"OTP","value":"{{appliance.FreshCode(appliance.Acme)}}"}]}
            """;

        (await appliance.PostAsync("/bulk/v1/activations/close", Close(), bearer)).Refused(
            400, "invalid_request", "The activation does not have as many hashes as that");
        Assert.Equal(200, (await appliance.PostAsync("/bulk/v1/activations/fill", fill, bearer)).Status);
        (await appliance.PostAsync("/bulk/v1/activations/fill", fill, "Bearer " + appliance.Mihai.Token)).Refused(
            400, "invalid_request", "Invalid parameter activationID");
        var sad = (await appliance.PostAsync("/bulk/v1/activations/close", Close(), bearer)).Json
            .GetProperty("SAD").GetString()!;

        Assert.Single((await _calls.SignAsync(
            appliance.Acme.Token, appliance.Acme.Credentials[0], sad, hashes[2])).Signatures);
        (await appliance.PostAsync("/bulk/v1/activations/fill", fill, bearer)).Refused(
            400, "invalid_request", "Invalid parameter activationID");
    }

    [Theory]
    [InlineData("open", "{}", "Missing (or invalid type) string parameter credentialID")]
    [InlineData("open", "{'credentialID':'x','numSignatures':1}", "Invalid parameter credentialID")]
    [InlineData("fill", "{}", "Missing (or invalid type) string parameter activationID")]
    [InlineData("fill", "{'activationID':'ID'}", "Missing (or invalid type) integer parameter first")]
    [InlineData("fill", "{'activationID':'ID','first':-1}", "Invalid parameter first")]
    [InlineData("fill", "{'activationID':'ID','first':0}", "Missing (or invalid type) array parameter hashes")]
    [InlineData("fill", "{'activationID':'ID','first':0,'hashes':['AQID']}", "Invalid digest value length")]
    [InlineData("close", "{'activationID':'ID'}", "Missing (or invalid type) integer parameter numSignatures")]
    [InlineData(
        "close", "{'activationID':'ID','numSignatures':1}", "Missing (or invalid type) string parameter digest")]
    [InlineData("close", "{'activationID':'ID','numSignatures':1,'digest':'AQID'}", "Invalid parameter digest")]
    public async Task A_wrong_step_is_told_what_is_wrong(string step, string json, string because)
    {
        var body = json.Replace('\'', '"')
            .Replace("\"ID\"", $"\"{Guid.CreateVersion7()}\"", StringComparison.Ordinal);

        (await appliance.PostAsync($"/bulk/v1/activations/{step}", body)).Refused(400, "invalid_request", because);
    }

    [Fact]
    public async Task Persons_do_not_seal()
    {
        var refused = await Assert.ThrowsAsync<GrpcStatusException>(
            () => OpenAsync(appliance.Ioana, 2, appliance.Ioana.Credentials[1]));

        Assert.Equal(GrpcStatusCode.PermissionDenied, refused.Code);
    }

    private static byte[] DigestOf(byte[][] hashes) => SHA256.HashData([.. hashes.SelectMany(hash => hash)]);

    private Stream.SignHashRequest Request(string sad) => new()
    {
        CredentialId = appliance.Acme.Credentials[0],
        Sad = sad,
        SignAlgo = Bulk.Ecdsa,
    };

    private async Task<string> OpenAsync(TestSigner signer, int count, string? credential = null)
        => (await _calls.CallAsync<Proto.OpenRequest, Proto.OpenResponse>(
            Proto.BulkReflection.Descriptor,
            "Open",
            new() { CredentialId = credential ?? signer.Credentials[0], NumSignatures = count },
            signer.Token)).ActivationId;

    private Task<Proto.FillResponse> FillAsync(TestSigner signer, string activation, int first, byte[][] hashes)
        => _calls.CallAsync<Proto.FillRequest, Proto.FillResponse>(
            Proto.BulkReflection.Descriptor,
            "Fill",
            new()
            {
                ActivationId = activation,
                First = first,
                Hashes = { hashes.Select(hash => ByteString.CopyFrom(hash)) },
            },
            signer.Token);

    private Task<Proto.CloseResponse> CloseAsync(TestSigner signer, string activation, int count, byte[] digest)
        => _calls.CallAsync<Proto.CloseRequest, Proto.CloseResponse>(
            Proto.BulkReflection.Descriptor,
            "Close",
            new()
            {
                ActivationId = activation,
                NumSignatures = count,
                Digest = ByteString.CopyFrom(digest),
                HashAlgorithmOid = CscGrpcCalls.Sha256,
                AuthData = { new Proto.AuthData { Id = "OTP", Value = appliance.FreshCode(signer) } },
            },
            signer.Token);
}
