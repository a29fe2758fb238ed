using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Csc.Clients;
using Appliance.Server.Tests.Hosting;
using Appliance.Storage;
using Google.Protobuf;
using Proto = Appliance.V1;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>appliance.v1.Timestamping/Stamp: many digests to a call.</summary>
public sealed class StampGrpcTests(TsaAppliance tsa) : IClassFixture<TsaAppliance>
{
    private const string BadAlgorithm = "Invalid parameter hashAlgorithmOID";
    private const string BadData = "Not a TimeStampReq in DER, or a digest of the wrong length.";
    private const string BadRequest = "Not a request of version 1 that is served here.";

    private static readonly string[] s_algorithms =
        [StampedHash.Sha256, "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3", "2.16.840.1.101.3.4.2.8"];

    private readonly RunningAppliance _appliance = tsa.Appliance;
    private readonly StampCalls _calls = new(tsa.Appliance);

    [Theory]
    [InlineData("p256")]
    [InlineData("rsa2048")]
    public async Task Each_digest_of_a_call_gets_its_token_in_order(string unit)
    {
        var hashes = Enumerable.Range(0, 100).Select(i => new StampedHash(s_algorithms[i % 4])).ToList();
        var chain = tsa.Chain(unit);
        var commits = _appliance.Ledger.Commits;
        var intents = Intents();

        var response = await _calls.StampAsync(new()
        {
            Unit = unit,
            Digests = { hashes.Select((hash, i) => StampCalls.DigestOf(hash, (byte)(i + 1))) },
        });

        Assert.Equal(hashes.Count, response.Results.Count);
        for (var i = 0; i < hashes.Count; i++)
        {
            Assert.Null(response.Results[i].Failure);
            var info = hashes[i].Stamped(response.Results[i].Token.Memory, chain[0]);
            Assert.Equal([(byte)(i + 1)], info.GetNonce()!.Value.ToArray());
        }

        Assert.Equal(
            hashes.Count, hashes.Zip(response.Results, (hash, result) => hash.Stamped(result.Token.Memory, chain[0])
                .GetSerialNumber().ToArray()).Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count());
        hashes[0].StampedByOpenSsl(response.Results[0].Token.Span, chain[1]);
        Assert.Equal(intents + hashes.Count, Intents());

        // Intents together, and what became of them as the token was done with each: not a commit for each digest.
        Assert.InRange(_appliance.Ledger.Commits - commits, 1, hashes.Count);
    }

    [Fact]
    public async Task What_is_wrong_with_a_digest_hurts_no_other_and_costs_nothing()
    {
        var good = new StampedHash();
        var der = TsaAppliance.Request(good.Value);
        using var unit = tsa.Chain("p256")[0];
        var both = StampCalls.Request(der);
        both.Nonce = ByteString.CopyFrom(1);
        var intents = Intents();
        var refusals = _appliance.Audit(AuditEvent.RequestRefused, 10_000).Count;

        var results = (await _calls.StampAsync(new()
        {
            HashAlgorithmOid = "1.3.14.3.2.26",
            Digests =
            {
                StampCalls.DigestOf(good),
                new Proto.StampDigest { Hash = ByteString.CopyFrom(new byte[20]) },
                new Proto.StampDigest(),
                new Proto.StampDigest { Hash = ByteString.CopyFrom(new byte[31]), HashAlgorithmOid = good.Algorithm },
                new Proto.StampDigest { HashAlgorithmOid = good.Algorithm },
                StampCalls.DigestOf(good, new byte[64]),
                StampCalls.DigestOf(good, [.. Enumerable.Repeat((byte)0xFF, 63)]),
                StampCalls.Request([]),
                StampCalls.Request(new byte[5_000]),
                StampCalls.Request([.. der, 0]),
                both,
                StampCalls.Request(Encode(good, policy: "1.2.3")),
                StampCalls.Request(Encode(good, extension: true)),
                StampCalls.Request(Encode(good, algorithm: "1.3.14.3.2.26")),
                StampCalls.Request(der),
            },
        })).Results;

        foreach (var index in new[] { 0, 6, 14 })
        {
            Assert.Null(results[index].Failure);
            good.Stamped(results[index].Token.Memory, unit);
        }

        var wrong = GrpcStatusCode.InvalidArgument;
        StampCalls.Failed(results[1], "badAlg", wrong, BadAlgorithm);
        StampCalls.Failed(results[2], "badAlg", wrong, BadAlgorithm);
        StampCalls.Failed(results[3], "badDataFormat", wrong, BadData);
        StampCalls.Failed(results[4], "badDataFormat", wrong, BadData);
        StampCalls.Failed(results[5], "badRequest", wrong, BadRequest);
        StampCalls.Failed(results[7], "badDataFormat", wrong, BadData);
        StampCalls.Failed(results[8], "badDataFormat", wrong, BadData);
        StampCalls.Failed(results[9], "badDataFormat", wrong, BadData);
        StampCalls.Failed(results[10], "badRequest", wrong, BadRequest);
        StampCalls.Failed(results[11], "unacceptedPolicy", wrong, "Invalid parameter policy");
        StampCalls.Failed(
            results[12], "unacceptedExtension", wrong, "Requests with extensions are not accepted.");
        StampCalls.Failed(results[13], "badAlg", wrong, BadAlgorithm);
        Assert.Equal(intents + 3, Intents());
        Assert.Equal(refusals, _appliance.Audit(AuditEvent.RequestRefused, 10_000).Count);
    }

    [Fact]
    public async Task The_certificates_can_be_left_out()
    {
        var hash = new StampedHash();
        using var unit = tsa.Chain("rsa2048")[0];

        var response = await _calls.StampAsync(new()
        {
            Unit = "rsa2048",
            Policy = "0.4.0.2023.1.1",
            CertReq = false,
            HashAlgorithmOid = hash.Algorithm,
            Digests = { new Proto.StampDigest { Hash = ByteString.CopyFrom(hash.Value) } },
        });

        hash.Stamped(response.Results[0].Token.Memory, unit, isCarried: false);
    }

    [Theory]
    [InlineData(0, "", "", "", "Missing (or invalid type) array parameter digests")]
    [InlineData(1_001, "", "", "", "Too many hashes in one request")]
    [InlineData(1, "none", "", "", "Invalid parameter unit")]
    [InlineData(1, "", "1.2.3", "", "Invalid parameter policy")]
    [InlineData(1, "", "", "x", "Invalid parameter credentialID")]
    public async Task What_is_wrong_with_a_call_is_its_status(
        int digests, string unit, string policy, string credential, string text)
    {
        var intents = Intents();
        var request = new Proto.StampRequest
        {
            Unit = unit,
            Policy = policy,
            CredentialId = credential,
            Digests = { Enumerable.Range(0, digests).Select(_ => StampCalls.DigestOf(new StampedHash())) },
        };

        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => _calls.StampAsync(request));

        Assert.Equal((GrpcStatusCode.InvalidArgument, text), (error.Code, error.Text));
        Assert.Equal(intents, Intents());
        Assert.Equal("timestamps/stamp: " + text, _appliance.Audit(AuditEvent.RequestRefused, 1)[0].Record.Detail);
    }

    [Fact]
    public async Task Nobody_gets_a_token_without_leave_although_the_units_are_open()
    {
        var client = await _appliance.AddClientAsync(new() { Operations = ClientOperations.Sign });
        var request = new Proto.StampRequest { Digests = { StampCalls.DigestOf(new StampedHash()) } };
        var intents = Intents();

        var unknown = await Assert.ThrowsAsync<GrpcStatusException>(() => _calls.StampAsync(request, "x"));
        var forbidden = await Assert.ThrowsAsync<GrpcStatusException>(() => _calls.StampAsync(request, client.Token));

        Assert.Equal(GrpcStatusCode.Unauthenticated, unknown.Code);
        Assert.Equal(GrpcStatusCode.PermissionDenied, forbidden.Code);
        Assert.Equal(intents, Intents());
    }

    private static byte[] Encode(
        StampedHash hash, string? policy = null, bool extension = false, string algorithm = StampedHash.Sha256)
        => Rfc3161TimestampRequest.CreateFromHash(
            algorithm == StampedHash.Sha256 ? hash.Value : hash.Value.AsMemory(0, 20),
            new Oid(algorithm),
            policy is null ? null : new Oid(policy),
            requestSignerCertificates: true,
            extensions: extension ? [new X509Extension("1.2.3.4", [5, 0], critical: false)] : null).Encode();

    private int Intents() => _appliance.Audit(AuditEvent.TimestampIntent, 10_000).Count;
}
