using System.Security.Cryptography;
using Appliance.Factors;
using Appliance.Ledger;

namespace Appliance.Identity.Tests;

/// <summary>Anybody may ask for a recovery: that must not fill the audit trail.</summary>
public sealed class RecoveryRecordsTests : IAsyncDisposable
{
    private readonly IdentityBench _bench = new();
    private readonly Enrolment _enrolment;

    public RecoveryRecordsTests()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var notices = new Notices(key, _bench.Time);
        _enrolment = new Enrolment(
            _bench.Store,
            _bench.Commits,
            new EnrolmentParts
            {
                Totp = new TotpFactors(key, new TotpOptions { Issuer = "Test" }, _bench.Time),
                Codes = new OneTimeCodes(key, notices, new CodeOptions(), _bench.Time),
                Links = new OneTimeLinks(key, _bench.Time),
                Pins = new PinFactors(key, _bench.Passwords, new CodeOptions(), _bench.Time),
                Contacts = new Contacts(key),
                Notices = notices,
                Passwords = _bench.Passwords,
                Addresses = new LinkAddresses(_bench.Time),
                Resend = TimeSpan.FromMinutes(30),
            },
            _bench.Time);
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Refused_recoveries_are_counted_in_few_records()
    {
        await _bench.AddSigner();
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(EnrolmentStatus.Ok, await RecoverAsync(i % 2 == 0 ? "nobody@example.ro" : "ion@example.ro"));
        }

        _bench.Time.Advance(TimeSpan.FromSeconds(10));
        await RecoverAsync("nobody@example.ro");

        var records = _bench.Store.Read(c => AuditTrail.Read(
            c, new AuditQuery { Event = AuditEvent.CodeRefused, OldestFirst = true }));
        Assert.Equal([1, 50], records.Select(record => record.Record.Count));
    }

    private async Task<EnrolmentStatus> RecoverAsync(string user)
        => (await _enrolment.RecoverAsync(user, IdentityBench.Test)).Status;
}
