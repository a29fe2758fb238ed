using System.Security.Cryptography;
using Appliance.Storage;

namespace Appliance.Ledger.Tests.Contract;

public abstract partial class LedgerContract
{
    [Fact]
    public async Task A_time_stamp_over_a_signature_that_was_paid_for_is_covered_once_by_whatever_algorithm()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 5);
        var signature = await SignPaidAsync(ledger);
        Assert.Equal(4, LeftOf(ledger));

        var first = await StampAsync(ledger, ImprintAlgorithm.Sha512, SHA512.HashData(signature));
        var again = await StampAsync(ledger, ImprintAlgorithm.Sha512, SHA512.HashData(signature));
        var other = await StampAsync(ledger, ImprintAlgorithm.Sha256, SHA256.HashData(signature));

        Assert.Equal(
            (TimestampTaking.Covered, TimestampTaking.Counted, TimestampTaking.Counted), (first, again, other));
        Assert.Equal(2, LeftOf(ledger));
        var covered = Assert.Single(ledger.Audit(AuditEvent.TimestampCovered)).Record;
        Assert.Equal(SHA512.HashData(signature), covered.Digest.ToArray());
        Assert.Equal(ledger.Signer, covered.SignerId);
        Assert.Equal(
            [(ledger.Credential, 1), (ledger.Credential, 1)],
            ledger.Audit(AuditEvent.TimestampCounted).Select(e => (e.Record.CredentialId!.Value, e.Record.Count)));
    }

    [Theory]
    [InlineData(ImprintAlgorithm.Sha256)]
    [InlineData(ImprintAlgorithm.Sha384)]
    [InlineData(ImprintAlgorithm.Sha512)]
    [InlineData(ImprintAlgorithm.Sha3Of256)]
    [InlineData(ImprintAlgorithm.Sha3Of384)]
    [InlineData(ImprintAlgorithm.Sha3Of512)]
    public async Task Every_algorithm_that_is_kept_covers_and_no_other(ImprintAlgorithm algorithm)
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 9);
        ledger.Activations.Packages.Options = new PackageOptions { Imprints = [algorithm] };
        var signature = await SignPaidAsync(ledger);

        foreach (var other in Enum.GetValues<ImprintAlgorithm>())
        {
            if (other != algorithm)
            {
                Assert.Equal(TimestampTaking.Counted, await StampAsync(ledger, other, Hash(other, signature)));
            }
        }

        Assert.Equal(TimestampTaking.Covered, await StampAsync(ledger, algorithm, Hash(algorithm, signature)));
    }

    [Fact]
    public async Task Two_equal_signatures_cover_two_time_stamps_and_nobody_elses()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 3);
        var signature = await SignPaidAsync(ledger);
        await SignPaidAsync(ledger, signature);
        var imprint = SHA256.HashData(signature);

        Assert.Equal(
            TimestampTaking.NotMetered,
            await StampAsync(ledger, ImprintAlgorithm.Sha256, imprint, signer: LedgerFixture.NewId(), credentials: []));
        Assert.Equal(TimestampTaking.Covered, await StampAsync(ledger, ImprintAlgorithm.Sha256, imprint));
        Assert.Equal(TimestampTaking.Covered, await StampAsync(ledger, ImprintAlgorithm.Sha256, imprint));
        Assert.Equal(TimestampTaking.Counted, await StampAsync(ledger, ImprintAlgorithm.Sha256, imprint));
    }

    [Fact]
    public async Task A_time_stamp_of_its_own_needs_a_transaction_and_says_when_there_is_none()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 1);
        var imprint = RandomNumberGenerator.GetBytes(32);

        Assert.Equal(TimestampTaking.Counted, await StampAsync(ledger, ImprintAlgorithm.Sha256, imprint));
        Assert.Equal(TimestampTaking.Exhausted, await StampAsync(ledger, ImprintAlgorithm.Sha256, imprint));

        Assert.Equal(0, LeftOf(ledger));
        var refused = ledger.Audit(AuditEvent.TimestampCounted)[^1].Record;
        Assert.Equal((AuditOutcome.Refused, "PackageExhausted"), (refused.Outcome, refused.Detail));
        var misfit = await ledger.Node.StampAsync(Claim(ledger, imprint, ImprintAlgorithm.Sha384), ledger.Now);
        Assert.Equal(TimestampIntentStatus.StoreFailed, misfit.Status);
    }

    [Fact]
    public async Task What_is_not_metered_or_not_signed_leaves_no_digest()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 5);
        var hashes = LedgerFixture.Hashes(2);
        var activation = await ledger.OpenAsync(hashes);
        var signature = RandomNumberGenerator.GetBytes(256);

        var (_, free) = await ledger.ReserveAsync(ledger.Request(activation, hashes[0]));
        await ledger.SettleAsync(free, ReservationOutcome.Consumed, [signature]);
        var (_, released) = await TakeAsync(ledger, activation, hashes[1..]);
        await ledger.SettleAsync(released, ReservationOutcome.Released);

        Assert.Equal(
            TimestampTaking.Counted, await StampAsync(ledger, ImprintAlgorithm.Sha256, SHA256.HashData(signature)));
        ledger.Time.Advance(TimeSpan.FromDays(365));
        Assert.Equal(0, await ledger.WriteAsync(c => c.SignatureDigests.DeleteExpired(ledger.Now, 100)));
    }

    [Fact]
    public async Task A_signature_waits_for_its_time_stamp_as_long_as_the_setting_says_then_it_is_swept()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 9, until: ledger.Now + 1_000_000_000);
        ledger.Activations.Packages.Options = new PackageOptions { CoverLifetime = TimeSpan.FromHours(1) };
        var early = await SignPaidAsync(ledger);
        var late = await SignPaidAsync(ledger);
        var sweep = new SignatureDigestSweep();

        ledger.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(0, await ledger.WriteAsync(c => sweep.Apply(c, ledger.Now, 100)));
        Assert.Equal(
            TimestampTaking.Covered, await StampAsync(ledger, ImprintAlgorithm.Sha256, SHA256.HashData(early)));
        ledger.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(
            TimestampTaking.Counted, await StampAsync(ledger, ImprintAlgorithm.Sha256, SHA256.HashData(late)));
        Assert.Equal(1, await ledger.WriteAsync(c => sweep.Apply(c, ledger.Now, 100)));
        Assert.Equal(0, await ledger.WriteAsync(c => sweep.Apply(c, ledger.Now, 100)));
    }

    [Fact]
    public async Task Two_time_stamps_for_one_signature_at_once_are_one_covered_and_one_counted()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 200);
        for (var round = 0; round < 25; round++)
        {
            var imprint = SHA384.HashData(await SignPaidAsync(ledger));

            var taken = await Task.WhenAll(
                StampAsync(ledger, ImprintAlgorithm.Sha384, imprint),
                StampAsync(ledger, ImprintAlgorithm.Sha384, imprint));

            Assert.Equal([TimestampTaking.Covered, TimestampTaking.Counted], taken.Order());
        }

        Assert.Equal(150, LeftOf(ledger));
    }

    [Fact]
    public async Task Each_threshold_is_told_once_in_the_transaction_that_comes_down_to_it()
    {
        await using var ledger = await StartAsync();
        var told = new List<(int Percent, int Left)>();
        ledger.Activations.Packages.Options = new PackageOptions
        {
            LowPercents = [50, 10, 0],
            Low = (connection, low) =>
            {
                Assert.True(connection.InTransaction);
                told.Add((low.Percent, low.Package.Remaining));
            },
        };
        await GrantAsync(ledger, 10);
        var hashes = LedgerFixture.Hashes(12);
        var activation = await ledger.OpenAsync(hashes);

        var (_, four) = await TakeAsync(ledger, activation, hashes[..4]);
        Assert.Empty(told);
        var (_, fifth) = await TakeAsync(ledger, activation, hashes[4..5]);
        await ledger.SettleAsync(fifth, ReservationOutcome.Released);
        await TakeAsync(ledger, activation, hashes[4..5]);
        Assert.Equal([(50, 5)], told);
        await TakeAsync(ledger, activation, hashes[5..10]);
        Assert.Equal([(50, 5), (0, 0)], told);
        Assert.Equal([5, 0], ledger.Audit(AuditEvent.PackageLow).Select(entry => entry.Record.Count));

        // More is bought: the thresholds are of all of it now, and those that it is above can be crossed again.
        await GrantAsync(ledger, 10);
        await TakeAsync(ledger, activation, hashes[10..]);
        Assert.Equal([(50, 5), (0, 0)], told);
        await ledger.SettleAsync(four, ReservationOutcome.Consumed);
        Assert.Equal(TimestampTaking.Counted, await StampAsync(
            ledger, ImprintAlgorithm.Sha256, RandomNumberGenerator.GetBytes(32)));
        Assert.Equal(7, LeftOf(ledger));
    }

    [Theory]
    [InlineData(true, 5)]
    [InlineData(false, 3)]
    public async Task The_signatures_of_a_tls_login_take_transactions_only_when_the_setting_says_so(bool free, int left)
    {
        await using var ledger = await StartAsync();
        ledger.Activations.Packages.Options = new PackageOptions { TlsLoginsFree = free };
        await GrantAsync(ledger, 5);
        var activation = await ledger.OpenAsync(
            ledger.Grant([], total: 8, scal: 1) with { Purpose = ActivationPurpose.TlsLogin });
        var hashes = LedgerFixture.Hashes(2);
        var signatures = LedgerFixture.Hashes(2);

        var (status, reservation) = await TakeAsync(ledger, activation, hashes);
        await ledger.SettleAsync(reservation, ReservationOutcome.Consumed, signatures);

        Assert.Equal(ReservationStatus.Ok, status);
        Assert.Equal(left, LeftOf(ledger));
        Assert.Equal("tls-login", Assert.Single(ledger.Audit(AuditEvent.SignHashIntent)).Record.Detail);
        Assert.Equal("tls-login", Assert.Single(ledger.Audit(AuditEvent.SignHashDone)).Record.Detail);
        Assert.Equal(
            free ? TimestampTaking.Counted : TimestampTaking.Covered,
            await StampAsync(ledger, ImprintAlgorithm.Sha256, SHA256.HashData(signatures[0])));
    }

    [Fact]
    public async Task The_purpose_of_an_activation_cannot_be_edited_and_a_login_is_not_extended()
    {
        await using var ledger = await StartAsync();
        await GrantAsync(ledger, 5);
        var hashes = LedgerFixture.Hashes(3);
        var grant = ledger.Grant([], total: 8, scal: 1) with { Purpose = ActivationPurpose.TlsLogin };
        var login = await ledger.OpenAsync(grant);
        var (result, _) = await ledger.ExtendAsync(login, ledger.Grant(hashes));
        Assert.Equal(ReservationStatus.ExtensionRefused, result.Status);
        var signing = await ledger.OpenAsync(ledger.Grant([], total: 8, scal: 1));

        ledger.Edit("UPDATE activation SET purpose = 1 - purpose");

        Assert.Equal(ReservationStatus.Tampered, (await TakeAsync(ledger, login, hashes[..1])).Status);
        Assert.Equal(ReservationStatus.Tampered, (await TakeAsync(ledger, signing, hashes[..1])).Status);
    }

    private static async Task<byte[]> SignPaidAsync(LedgerFixture ledger, byte[]? signature = null)
    {
        var hashes = LedgerFixture.Hashes(1);
        var activation = await ledger.OpenAsync(hashes);
        var (status, reservation) = await TakeAsync(ledger, activation, hashes);
        Assert.Equal(ReservationStatus.Ok, status);
        signature ??= RandomNumberGenerator.GetBytes(256);
        await ledger.SettleAsync(reservation, ReservationOutcome.Consumed, [signature]);
        return signature;
    }

    private static async Task<TimestampTaking> StampAsync(
        LedgerFixture ledger,
        ImprintAlgorithm algorithm,
        byte[] imprint,
        Guid? signer = null,
        IReadOnlyList<Guid>? credentials = null)
    {
        var scene = await ledger.Node.StampAsync(
            Claim(ledger, imprint, algorithm) with
            {
                SignerId = signer ?? ledger.Signer,
                Credentials = _ => credentials ?? [ledger.Credential],
            },
            ledger.Now);
        Assert.Equal(scene.Taking == TimestampTaking.Exhausted, scene.Refusal == TimestampRefusal.PackageExhausted);
        return scene.Taking;
    }

    /// <summary>What the fixture's signer and client ask for: nothing stands against it, nothing is counted.</summary>
    private protected static TestClaim Claim(
        LedgerFixture ledger, byte[] imprint, ImprintAlgorithm algorithm = ImprintAlgorithm.Sha256)
        => new(imprint)
        {
            SignerId = ledger.Signer,
            ClientId = ledger.Client,
            Credentials = _ => [ledger.Credential],
            Algorithm = algorithm,
        };

    private static byte[] Hash(ImprintAlgorithm algorithm, byte[] value) => algorithm switch
    {
        ImprintAlgorithm.Sha256 => SHA256.HashData(value),
        ImprintAlgorithm.Sha384 => SHA384.HashData(value),
        ImprintAlgorithm.Sha512 => SHA512.HashData(value),
        ImprintAlgorithm.Sha3Of256 => SHA3_256.HashData(value),
        ImprintAlgorithm.Sha3Of384 => SHA3_384.HashData(value),
        _ => SHA3_512.HashData(value),
    };
}
