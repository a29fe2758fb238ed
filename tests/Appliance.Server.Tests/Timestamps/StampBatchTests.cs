using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Appliance.Tests.Shared.Timestamps;
using Appliance.Timestamping;
using Google.Protobuf;
using Proto = Appliance.V1;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>Many digests under one token, over gRPC and REST; two judges look at each archive time-stamp.</summary>
public sealed partial class StampBatchTests(TsaAppliance tsa) : IClassFixture<TsaAppliance>
{
    private const string Path = "/timestamps/v1/batch";
    private const string Sha512 = "2.16.840.1.101.3.4.2.3";

    private readonly RunningAppliance _appliance = tsa.Appliance;
    private readonly StampCalls _calls = new(tsa.Appliance);

    [Theory]
    [InlineData("grpc", "p256", 1, StampedHash.Sha256)]
    [InlineData("rest", "p256", 2, StampedHash.Sha256)]
    [InlineData("grpc", "rsa2048", 7, Sha512)]
    [InlineData("rest", "rsa2048", 300, "2.16.840.1.101.3.4.2.2")]
    [InlineData("grpc", "p256", 1_000, "2.16.840.1.101.3.4.2.8")]
    public async Task Each_digest_of_a_batch_is_proven_by_itself_and_costs_one_signature_together(
        string wire, string unit, int count, string algorithm)
    {
        List<StampedHash> hashes = [.. Enumerable.Range(0, count).Select(_ => new StampedHash(algorithm))];
        hashes.Add(hashes[0]);
        var intents = Intents();

        var (token, archives) = wire == "grpc"
            ? await ByGrpcAsync(unit, algorithm, hashes)
            : await ByRestAsync(unit, algorithm, hashes);

        Assert.Equal(intents + 1, Intents());
        Assert.Equal(hashes.Count, archives.Count);
        Assert.Equal(archives[0], archives[^1]);
        var chain = tsa.Chain(unit);
        var verifier = new TimestampVerifier([chain[1]]);
        for (var i = 0; i < hashes.Count; i++)
        {
            var verdict = verifier.VerifyArchive(archives[i], hashes[i].Value);
            Assert.True(verdict.Verdict == TimestampVerdict.Valid, verdict.Text);
            Assert.Equal([7, 7], verdict.Token!.Value.Nonce.ToArray());
            Assert.True(Rfc4998Judge.Accepts(archives[i], hashes[i].Value));
            Assert.Equal(token, ArchiveTimestamp.Decode(archives[i]).Token.ToArray());
        }

        Assert.False(Rfc4998Judge.Accepts(archives[0], new StampedHash(algorithm).Value));
    }

    [Theory]
    [InlineData("{}", "Missing (or invalid type) array parameter hashes")]
    [InlineData("{'hashes':[]}", "Empty hash array")]
    [InlineData("{'hashes':7}", "Missing (or invalid type) array parameter hashes")]
    [InlineData("{'hashes':[7],'hashAlgorithmOID':'ALGO'}", "Invalid Base64 hash string parameter")]
    [InlineData("{'hashes':['HASH','A'],'hashAlgorithmOID':'ALGO'}", "Invalid Base64 hash string parameter")]
    [InlineData("{'hashes':['HASH']}", "Missing (or invalid type) string parameter hashAlgorithmOID")]
    [InlineData("{'hashes':['HASH'],'hashAlgorithmOID':'1.3.14.3.2.26'}", "Invalid parameter hashAlgorithmOID")]
    [InlineData("{'hashes':['HASH','AAAA'],'hashAlgorithmOID':'ALGO'}", "Invalid digest value length")]
    [InlineData("{'hashes':['HASH'],'hashAlgorithmOID':'ALGO','nonce':'A'}", "Invalid parameter nonce")]
    [InlineData("{'hashes':['HASH'],'hashAlgorithmOID':'ALGO','nonce':7}", "Invalid parameter nonce")]
    [InlineData("{'hashes':['HASH'],'hashAlgorithmOID':'ALGO','unit':'x'}", "Invalid parameter unit")]
    [InlineData("{'hashes':['HASH'],'hashAlgorithmOID':'ALGO','policy':'1.2'}", "Invalid parameter policy")]
    [InlineData("{'hashes':['HASH'],'hashAlgorithmOID':'ALGO','certReq':'x'}", "Invalid parameter certReq")]
    [InlineData("{'hashes':['HASH'],'hashAlgorithmOID':'ALGO','credentialID':'x'}", "Invalid parameter credentialID")]
    public async Task What_is_wrong_with_a_batch_is_told(string body, string description)
    {
        var intents = Intents();
        var text = body.Replace('\'', '"')
            .Replace("HASH", new StampedHash().Base64, StringComparison.Ordinal)
            .Replace("ALGO", StampedHash.Sha256, StringComparison.Ordinal);

        (await _appliance.PostAsync(Path, text)).Refused(400, "invalid_request", description);

        Assert.Equal(intents, Intents());
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("Bearer x", 401)]
    public async Task A_batch_needs_a_token(string? authorization, int status)
        => Assert.Equal(status, (await _appliance.PostAsync(Path, "{}", authorization)).Status);

    [Fact]
    public async Task As_many_digests_are_taken_as_fit_into_an_answer()
    {
        await using var large = new TsaAppliance { Settings = [new("Limits:RequestBytes", "4194304")] };
        await large.InitializeAsync();
        await FillAnswerAsync(large.Appliance, "p256", certReq: false);
        await FillAnswerAsync(large.Appliance, "rsa2048", certReq: true);
    }

    private static async Task FillAnswerAsync(RunningAppliance appliance, string unit, bool certReq)
    {
        var calls = new StampCalls(appliance);
        var request = new Proto.BatchRequest { Unit = unit, CertReq = certReq, HashAlgorithmOid = Sha512 };
        request.Hashes.Add(Enumerable.Range(0, 10_000).Select(
            _ => ByteString.CopyFrom(RandomNumberGenerator.GetBytes(64))));

        var tooMany = await Assert.ThrowsAsync<GrpcStatusException>(() => calls.BatchAsync(request));
        Assert.Equal(GrpcStatusCode.InvalidArgument, tooMany.Code);
        var most = int.Parse(Most().Match(tooMany.Text).Groups["most"].Value, CultureInfo.InvariantCulture);
        Assert.InRange(most, 2_000, 9_999);

        using var channel = new GrpcChannel(
            appliance.GrpcAddress, new GrpcChannelOptions { MaxReceiveMessageSize = 10_240_000 });
        while (request.Hashes.Count > most)
        {
            request.Hashes.RemoveAt(request.Hashes.Count - 1);
        }

        var answer = (await channel.UnaryAsync<Proto.BatchRequest, Proto.BatchResponse>(
            Proto.TimestampingReflection.Descriptor.Services[0].FindMethodByName("Batch"),
            request,
            new() { Metadata = new() { { "authorization", "Bearer " + appliance.Ioana.Token } } },
            cancellationToken: TestContext.Current.CancellationToken)).Message;

        Assert.Equal(most, answer.ArchiveTimestamps.Count);
        Assert.InRange(answer.CalculateSize(), 7_000_000, 10_240_000);
    }

    [GeneratedRegex("Too many hashes for one answer: (?<most>[0-9]+) are", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Most();

    private async Task<(byte[] Token, IReadOnlyList<byte[]> Archives)> ByGrpcAsync(
        string unit, string algorithm, IEnumerable<StampedHash> hashes)
    {
        var answer = await _calls.BatchAsync(new()
        {
            Unit = unit,
            HashAlgorithmOid = algorithm,
            Nonce = ByteString.CopyFrom(7, 7),
            Hashes = { hashes.Select(hash => ByteString.CopyFrom(hash.Value)) },
        });
        return (answer.Token.ToByteArray(), [.. answer.ArchiveTimestamps.Select(archive => archive.ToByteArray())]);
    }

    private async Task<(byte[] Token, IReadOnlyList<byte[]> Archives)> ByRestAsync(
        string unit, string algorithm, IEnumerable<StampedHash> hashes)
    {
        var answer = (await _appliance.PostAsync(Path, JsonSerializer.Serialize(new
        {
            hashes = hashes.Select(hash => hash.Base64),
            hashAlgorithmOID = algorithm,
            unit,
            policy = "0.4.0.2023.1.1",
            certReq = true,
            nonce = "Bwc=",
        }))).Json;
        return (
            answer.GetProperty("token").GetBytesFromBase64(),
            [.. answer.GetProperty("archiveTimestamps").EnumerateArray().Select(item => item.GetBytesFromBase64())]);
    }

    private int Intents() => _appliance.Audit(AuditEvent.TimestampIntent, 10_000).Count;
}
