using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests.Issuing;

[Collection(SharedTokens.Name)]
public sealed class TimestampServiceTests(SoftHsm hsm)
{
    [Theory]
    [InlineData(SlotDispatch.Workers)]
    [InlineData(SlotDispatch.Inline)]
    public async Task Each_of_many_at_once_has_its_own_token_and_its_own_records(SlotDispatch dispatch)
    {
        await using var authority = new Authorities(hsm, dispatch);
        var verifier = new TimestampVerifier([Authority.Root], [authority.Certificate]);
        var serials = new HashSet<string>(StringComparer.Ordinal);

        // Several times over, so that operations are used again.
        for (var round = 0; round < 4; round++)
        {
            var digests = Enumerable.Range(0, 100).Select(_ => RandomNumberGenerator.GetBytes(32)).ToArray();
            var results = await Task.WhenAll(digests.Select(
                digest => authority.StampAsync(Request(digest, digest.AsSpan(0, 8))).AsTask()));

            for (var i = 0; i < digests.Length; i++)
            {
                Assert.True(results[i].IsGranted);
                var nonce = digests[i].AsSpan(0, 8).TrimStart((byte)0);
                var verified = verifier.Verify(
                    results[i].Token, digests[i], nonce[0] < 0x80 ? nonce : (byte[])[0, .. nonce]);
                Assert.Equal(TimestampVerdict.Valid, verified.Verdict);
                Assert.True(serials.Add(Convert.ToHexString(verified.Token!.Value.SerialNumber.Span)));
            }
        }

        var intents = await authority.RecordsAsync(AuditEvent.TimestampIntent);
        var issued = await authority.RecordsAsync(AuditEvent.TimestampIssued);
        Assert.Equal(400, intents.Count);
        Assert.Equal(
            serials.Order(StringComparer.Ordinal),
            intents.Select(record => record.Detail!.Split(' ')[3]).Order(StringComparer.Ordinal));
        Assert.Equal(
            serials.Order(StringComparer.Ordinal),
            issued.Select(record => record.Detail!.Split(' ')[1]).Order(StringComparer.Ordinal));
        Assert.Equal(
            intents.Select(record => (record.RequestId, Convert.ToHexString(record.Digest.Span))).Order(),
            issued.Select(record => (record.RequestId, Convert.ToHexString(record.Digest.Span))).Order());
    }

    [Fact]
    public async Task A_bad_request_leaves_no_record_and_costs_no_signature()
    {
        await using var authority = new Authorities(hsm);

        var result = await authority.StampAsync([0x30, 0x00]);

        Assert.Equal(TimestampFailure.BadDataFormat, result.Failure);
        Assert.Equal(
            TimestampPkiStatus.Rejection, TimestampResponse.Decode(result.Response).Status);
        Assert.Empty(await authority.RecordsAsync(AuditEvent.TimestampIntent));
        Assert.True((await authority.StampAsync(Request(RandomNumberGenerator.GetBytes(32)))).IsGranted);
    }

    [Fact]
    public async Task Terms_that_refuse_are_recorded_and_nothing_is_signed()
    {
        await using var authority = new Authorities(hsm);
        var terms = new TimestampTerms(new Packages(new byte[32]), new TimestampClaim
        {
            Standing = static _ => new TimestampStanding(TimestampRefusal.NotAllowed),
            Credentials = static _ => [],
        });

        var result = await authority.StampAsync(Request(RandomNumberGenerator.GetBytes(32)), terms);

        Assert.Equal(StampStatus.Refused, result.Status);
        Assert.Equal(TimestampRefusal.NotAllowed, result.Refusal);
        Assert.True(result.Response.IsEmpty);
        Assert.Equal(
            AuditOutcome.Refused, Assert.Single(await authority.RecordsAsync(AuditEvent.TimestampRefused)).Outcome);
        Assert.Empty(await authority.RecordsAsync(AuditEvent.TimestampIntent));
        Assert.Empty(await authority.RecordsAsync(AuditEvent.TimestampIssued));
    }

    [Fact]
    public async Task Without_time_nothing_is_recorded()
    {
        await using var authority = new Authorities(hsm);
        authority.Clocks.Step(TimeSpan.FromMinutes(1));

        var result = await authority.StampAsync(Request(RandomNumberGenerator.GetBytes(32)));

        Assert.Equal(TimestampFailure.TimeNotAvailable, result.Failure);
        Assert.Equal(TimestampFailure.TimeNotAvailable, TimestampResponse.Decode(result.Response).Failure);
        authority.Clocks.Step(TimeSpan.FromMinutes(-1));
        Assert.True((await authority.StampAsync(Request(RandomNumberGenerator.GetBytes(32)))).IsGranted);
        Assert.Single(await authority.RecordsAsync(AuditEvent.TimestampIntent));
        Assert.Empty(await authority.RecordsAsync(AuditEvent.TimestampFailed));
    }

    [Fact]
    public async Task Time_lost_behind_the_intent_is_a_failure_on_record_and_the_operation_serves_again()
    {
        await using var authority = new Authorities(hsm);
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var blocking = authority.BlockLedger(entered, leave);
        var asked = authority.StampAsync(Request(RandomNumberGenerator.GetBytes(32)));
        authority.Clocks.Step(TimeSpan.FromMinutes(1));
        leave.Set();
        await blocking;

        var result = await asked;

        Assert.Equal(TimestampFailure.TimeNotAvailable, result.Failure);
        Assert.Single(await authority.RecordsAsync(AuditEvent.TimestampIntent));
        Assert.Equal(
            AuditOutcome.Failed, Assert.Single(await authority.RecordsAsync(AuditEvent.TimestampFailed)).Outcome);

        authority.Clocks.Step(TimeSpan.FromMinutes(-1));
        Assert.True((await authority.StampAsync(Request(RandomNumberGenerator.GetBytes(32)))).IsGranted);
        Assert.Single(await authority.RecordsAsync(AuditEvent.TimestampIssued));
    }

    [Fact]
    public async Task A_node_that_others_may_take_for_dead_signs_nothing()
    {
        await using var authority = new Authorities(hsm) { MayDispatch = false };

        var result = await authority.StampAsync(Request(RandomNumberGenerator.GetBytes(32)));

        Assert.Equal(StampStatus.StoreUnavailable, result.Status);
        Assert.Single(await authority.RecordsAsync(AuditEvent.TimestampFailed));
    }

    [Fact]
    public async Task More_than_the_ledger_may_hold_are_refused_at_once_and_leave_nothing()
    {
        await using var authority = new Authorities(hsm, queue: 3);
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var blocking = authority.BlockLedger(entered, leave);
        var waiting = Enumerable.Range(0, 3)
            .Select(_ => authority.StampAsync(Request(RandomNumberGenerator.GetBytes(32))).AsTask()).ToArray();

        var refused = authority.StampAsync(Request(RandomNumberGenerator.GetBytes(32)));
        Assert.True(refused.IsCompleted);
        Assert.Equal(StampStatus.Overloaded, (await refused).Status);

        leave.Set();
        await blocking;
        Assert.All(await Task.WhenAll(waiting), result => Assert.True(result.IsGranted));
        Assert.Equal(3, (await authority.RecordsAsync(AuditEvent.TimestampIssued)).Count);
    }

    [Fact]
    public async Task A_unit_of_another_authority_is_a_mistake_of_the_caller()
    {
        await using var authority = new Authorities(hsm);
        using var other = new UnitScene();

        await Assert.ThrowsAsync<ArgumentException>(
            async () => await authority.Service.StampAsync(new StampCall(other.Unit, Request(new byte[32]))));
    }

    private static byte[] Request(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> nonce = default)
        => TimestampRequest.Create(HashAlgorithmName.SHA256, digest, nonce: nonce);
}
