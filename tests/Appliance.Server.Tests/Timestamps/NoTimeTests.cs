using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Grpc;
using Google.Protobuf;
using Csc2 = Csc.V2;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>Units that do not stamp, by their clock or their settings: what each wire is told.</summary>
public sealed class NoTimeTests(NoTimeTests.Untimed fixture) : IClassFixture<NoTimeTests.Untimed>
{
    private const string Text = "The time is not certain enough at the moment; nothing was used up";

    [Fact]
    public async Task CSC_says_503_and_when_to_come_back()
    {
        var hash = new StampedHash();
        foreach (var version in new[] { "v1", "v2" })
        {
            var answer = await fixture.Tsa.Appliance.PostAsync(
                $"/csc/{version}/signatures/timestamp",
                $$"""{"hash":"{{hash.Base64}}","hashAlgo":"{{hash.Algorithm}}"}""");

            answer.Refused(503, "temporarily_unavailable", Text);
            Assert.Equal(10, answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        }
    }

    [Fact]
    public async Task The_same_over_gRPC()
    {
        var hash = new StampedHash();
        var error = await Assert.ThrowsAsync<GrpcStatusException>(
            () => new CscGrpcCalls(fixture.Tsa.Appliance).CallAsync<Csc2.TimestampRequest, Csc2.TimestampResponse>(
                Csc2.SignaturesReflection.Descriptor,
                "Timestamp",
                new() { Hash = ByteString.CopyFrom(hash.Value), HashAlgo = hash.Algorithm },
                fixture.Tsa.Appliance.Ioana.Token));

        Assert.Equal((GrpcStatusCode.Unavailable, Text), (error.Code, error.Text));
        Assert.Equal(TimeSpan.FromSeconds(10), error.RetryAfter);
    }

    [Fact]
    public async Task Each_digest_of_many_says_so_and_a_bad_one_what_is_wrong_with_it()
    {
        var appliance = fixture.Tsa.Appliance;
        var intents = appliance.Audit(AuditEvent.TimestampIntent).Count;
        var results = (await new StampCalls(appliance).StampAsync(new()
        {
            Digests = { StampCalls.DigestOf(new StampedHash()), StampCalls.Request([1]) },
        })).Results;

        StampCalls.Failed(results[0], "timeNotAvailable", GrpcStatusCode.Unavailable, Text);
        Assert.Equal(
            10, results[0].Failure.Status.Details[1].Unpack<Google.Rpc.RetryInfo>().RetryDelay.Seconds);
        Assert.Equal("badDataFormat", results[1].Failure.PkiFailure);
        // Whoever asks while there is no time costs nothing, and fills no trail.
        Assert.Equal(intents, appliance.Audit(AuditEvent.TimestampIntent).Count);
        Assert.Empty(appliance.Audit(AuditEvent.TimestampFailed));
    }

    [Fact]
    public async Task A_batch_says_so_too()
        => (await fixture.Tsa.Appliance.PostAsync(
                "/timestamps/v1/batch",
                $$"""{"hashes":["{{new StampedHash().Base64}}"],"hashAlgorithmOID":"{{StampedHash.Sha256}}"}"""))
            .Refused(503, "temporarily_unavailable", Text);

    [Fact]
    public async Task An_algorithm_that_the_named_unit_does_not_take_is_told_by_the_name_that_CSC_has()
    {
        var hash = new StampedHash("2.16.840.1.101.3.4.2.3");

        (await fixture.Tsa.Appliance.PostAsync(
                "/csc/v1/signatures/timestamp",
                $$"""{"hash":"{{hash.Base64}}","hashAlgo":"{{hash.Algorithm}}","unit":"rsa2048"}"""))
            .Refused(400, "invalid_request", "Invalid parameter hashAlgo");
        (await fixture.Tsa.Appliance.PostAsync(
                "/timestamps/v1/batch",
                $$"""{"hashes":["{{hash.Base64}}"],"hashAlgorithmOID":"{{hash.Algorithm}}","unit":"rsa2048"}"""))
            .Refused(400, "invalid_request", "Invalid parameter hashAlgorithmOID");
    }

    /// <summary>A unit that needs the word of an NTP server which is not there, and one that takes little.</summary>
    public sealed class Untimed : IAsyncLifetime
    {
        internal TsaAppliance Tsa { get; } = new()
        {
            Settings =
            [
                new("Timestamping:Clock:NtpServers", "127.0.0.1:9"),
                new("Timestamping:Clock:NtpQuorum", "1"),
                new("Timestamping:Units:p256:ClockSources", "ntp"),
                new("Timestamping:Units:rsa2048:Hashes", "SHA256,SHA384"),
            ],
        };

        public ValueTask InitializeAsync() => Tsa.InitializeAsync();

        public ValueTask DisposeAsync() => Tsa.DisposeAsync();
    }
}
