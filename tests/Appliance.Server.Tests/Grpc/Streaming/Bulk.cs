using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Grpc.Client;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc.Streaming;

/// <summary>Messages of SignHashStream for Ioana's P-256 credential of SCAL2, and what must come back.</summary>
internal sealed class Bulk(RunningAppliance appliance)
{
    public const string Ecdsa = "1.2.840.10045.4.3.2";

    public Task<BulkCall> StartAsync() => StartAsync(appliance.Ioana.Token);

    public Task<BulkCall> StartAsync(string? token) => BulkCall.StartAsync(appliance.GrpcAddress, token);

    /// <summary>A SAD for these.</summary>
    public async Task<string> AuthorizeAsync(IReadOnlyList<byte[]> hashes)
    {
        var calls = new CscGrpcCalls(appliance);
        return (await calls.CallAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
            Proto.CredentialsReflection.Descriptor,
            "Authorize",
            new()
            {
                CredentialId = appliance.Ioana.Credentials[1],
                NumSignatures = hashes.Count,
                Hashes = { hashes.Select(hash => ByteString.CopyFrom(hash)) },
                HashAlgorithmOid = CscGrpcCalls.Sha256,
                AuthData = { new Proto.AuthData { Id = "OTP", Value = appliance.FreshCode(appliance.Ioana) } },
            },
            appliance.Ioana.Token)).Sad;
    }

    public Proto.SignHashStreamRequest Defaults(string sad)
        => new() { Defaults = Request(sad) };

    public Proto.SignHashRequest Request(string sad, params IEnumerable<byte[]> hashes) => new()
    {
        CredentialId = appliance.Ioana.Credentials[1],
        Sad = sad,
        SignAlgo = Ecdsa,
        Hashes = { hashes.Select(hash => ByteString.CopyFrom(hash)) },
    };

    public static Proto.SignHashStreamRequest Item(string id, Proto.SignHashRequest request)
        => new() { Item = new Proto.SignHashItem { Id = id, Request = request } };

    /// <summary>An item that leaves everything but its hashes to the defaults.</summary>
    public static Proto.SignHashStreamRequest Item(string id, params IEnumerable<byte[]> hashes)
        => Item(id, new Proto.SignHashRequest { Hashes = { hashes.Select(hash => ByteString.CopyFrom(hash)) } });

    /// <summary>An item for each hash; the index is the id.</summary>
    public static IEnumerable<Proto.SignHashStreamRequest> Items(IReadOnlyList<byte[]> hashes)
        => hashes.Select((hash, index) => Item(IdOf(index), hash));

    public static string IdOf(int index) => index.ToString(CultureInfo.InvariantCulture);

    public static byte[][] RandomHashes(int count)
        => [.. Enumerable.Range(0, count).Select(_ => RunningAppliance.RandomHash())];

    /// <summary>Ok, and one good signature for each hash.</summary>
    public void Signed(Proto.SignHashResult result, params IReadOnlyList<byte[]> hashes)
    {
        Assert.True(result.Status is null, result.Status?.ToString());
        Assert.Equal(hashes.Count, result.Signatures.Count);
        using var certificate = appliance.Ioana.Certificate(1);
        using var key = certificate.GetECDsaPublicKey()!;
        for (var i = 0; i < hashes.Count; i++)
        {
            Assert.True(
                key.VerifyHash(hashes[i], result.Signatures[i].Span, DSASignatureFormat.Rfc3279DerSequence),
                result.Id);
        }
    }

    /// <summary>Refused so, and nothing signed.</summary>
    public static void Refused(Proto.SignHashResult result, GrpcStatusCode code, string text)
    {
        Assert.Equal(((int)code, text), (result.Status?.Code ?? 0, result.Status?.Message ?? ""));
        Assert.Empty(result.Signatures);
    }

    /// <summary>No results more, and ended so by the server.</summary>
    public static async Task EndedAsync(
        BulkCall call, GrpcStatusCode code, string text, long answered, string lastId)
    {
        var (results, end) = await call.ReadAllAsync();
        Assert.Empty(results);
        Assert.Equal((answered, lastId), (end!.ItemsAnswered, end.LastItemId));
        Assert.Equal(((int)code, text), (call.Code, call.Text));
    }
}
