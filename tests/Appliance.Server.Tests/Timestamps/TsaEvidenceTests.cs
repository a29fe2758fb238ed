using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Appliance.Ledger;
using Appliance.Tests.Shared.Trails;
using Appliance.Timestamping;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>Each token is in the audit trail: serial number, imprint, policy and time.</summary>
public sealed class TsaEvidenceTests(TsaAppliance tsa) : IClassFixture<TsaAppliance>
{
    private const int Callers = 32;
    private const int StampsEach = 12;
    private const int Page = 5_000;

    private static readonly (HashAlgorithmName Name, int Length)[] s_hashes =
        [(HashAlgorithmName.SHA256, 32), (HashAlgorithmName.SHA384, 48), (HashAlgorithmName.SHA512, 64)];

    [Fact]
    public async Task Each_token_answered_under_load_is_in_the_trail_with_serial_imprint_policy_and_time()
    {
        var answered = new ConcurrentBag<(string Unit, string Hash, Rfc3161TimestampTokenInfo Token)>();

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            for (var i = 0; i < StampsEach; i++)
            {
                var unit = (caller + i) % 2 == 0 ? "p256" : "rsa2048";
                var (name, length) = s_hashes[(caller + i) % s_hashes.Length];
                var request = Rfc3161TimestampRequest.CreateFromHash(
                    RandomNumberGenerator.GetBytes(length),
                    name,
                    nonce: RandomNumberGenerator.GetBytes(8),
                    requestSignerCertificates: true);
                var reply = await tsa.StampAsync(unit, request.Encode());
                answered.Add((unit, name.Name!, request.ProcessResponse(reply, out _).TokenInfo));
            }
        }));
        await FlushAsync();

        var trail = new StampTrail();
        Assert.Empty(trail.Add(ReadTrail()));
        Assert.Equal(Callers * StampsEach, answered.Count);
        Assert.Equal(
            answered.Count, answered.Select(one => Serial(one.Token)).Distinct(StringComparer.Ordinal).Count());
        foreach (var (unit, hash, token) in answered)
        {
            var stamp = trail.Stamps[Serial(token)];
            Assert.Equal(
                (unit, token.PolicyId.Value, hash, Convert.ToHexString(
                    token.GetMessageHash().Span)),
                (stamp.Unit, stamp.Policy, stamp.HashAlgorithm, stamp.Imprint));
            Assert.NotNull(stamp.Issued);
            Assert.Equal(stamp.Intent.Chain, stamp.Issued.Chain);
            Assert.True(stamp.Intent.Position < stamp.Issued.Position);
            Assert.InRange((stamp.Time - token.Timestamp).TotalMilliseconds, 0, 1);
        }
    }

    [Fact]
    public async Task The_intent_is_durable_before_the_answer()
    {
        for (var i = 0; i < 20; i++)
        {
            var digest = RandomNumberGenerator.GetBytes(32);

            var reply = await tsa.StampAsync("p256", TsaAppliance.Request(digest));

            var token = TimestampToken.Decode(TimestampResponse.TokenOf(reply));
            var records = tsa.Appliance.Composition.Store.Read(connection => AuditTrail.Read(
                connection, new AuditQuery { Serial = Convert.ToHexString(token.SerialNumber.Span) }));
            var intent = Assert.Single(records, entry => entry.Record.Event == AuditEvent.TimestampIntent);
            Assert.Equal(digest, intent.Record.Digest.ToArray());
        }
    }

    [Fact]
    public async Task A_request_that_is_refused_for_what_it_is_leaves_no_record()
    {
        await FlushAsync();
        var before = ReadTrail().Count;

        var reply = await tsa.StampAsync("p256", [0x30, 0x03, 0x02, 0x01, 0x01]);

        Assert.Equal(TimestampFailure.BadDataFormat, TimestampResponse.Decode(reply).Failure);
        await FlushAsync();
        Assert.Equal(before, ReadTrail().Count);
    }

    private static string Serial(Rfc3161TimestampTokenInfo token)
        => Convert.ToHexString(token.GetSerialNumber().Span).PadLeft(40, '0')[^40..];

    /// <summary>What was settled before is in the store behind this.</summary>
    private async Task FlushAsync()
        => await tsa.Appliance.Ledger.WriteAsync(static _ => true, TestContext.Current.CancellationToken);

    private List<AuditEntry> ReadTrail()
    {
        var all = new List<AuditEntry>();
        foreach (var wanted in new[]
            { AuditEvent.TimestampIntent, AuditEvent.TimestampIssued, AuditEvent.TimestampFailed })
        {
            long? after = null;
            while (true)
            {
                var page = tsa.Appliance.Composition.Store.Read(connection => AuditTrail.Read(
                    connection,
                    new AuditQuery { OldestFirst = true, Event = wanted, After = after, Limit = Page }));
                all.AddRange(page);
                if (page.Count < Page)
                {
                    break;
                }

                after = page[^1].Sequence;
            }
        }

        return all;
    }
}
