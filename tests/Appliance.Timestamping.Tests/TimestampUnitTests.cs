using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests;

public sealed class TimestampUnitTests
{
    private static readonly DateTimeOffset s_now = SetClocks.Beginning;

    public static TheoryData<string, string> Wrong => new()
    {
        { "name", "no name of a unit" },
        { "policy", "no policy" },
        { "endless", "no policy" },
        { "large", "no policy" },
        { "accuracy", "An accuracy has" },
        { "ordering", "Ordering is not served" },
        { "pss", "RSASSA-PSS is not served" },
        { "sha1", "SHA1 is not served" },
        { "none", "No hash algorithm" },
        { "signature", "signs with" },
        { "qualified", "requires NTP servers" },
        { "inaccurate", "accurate to 1 second" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_setting_out_of_range_is_refused_at_the_start(string what, string text)
    {
        var options = new TimestampUnitOptions
        {
            Name = what == "name" ? "Unit/1" : "unit",
            DefaultPolicy = what switch
            {
                "policy" => "1.2.x",
                // Not too long in DER, but the audit trail's text has no room for it.
                "endless" => "1.2." + string.Join('.', Enumerable.Repeat("127", 30)),
                // An arc of 129 bits: the platform's reader stops before it.
                "large" => "1.2.340282366920938463463374607431768211456",
                _ => "1.2.3",
            },
            Accuracy = what switch
            {
                "accuracy" => new TimestampAccuracy(0, 1000),
                "inaccurate" => new TimestampAccuracy(1, 1),
                _ => new TimestampAccuracy(1),
            },
            Ordering = what == "ordering",
            UsesPss = what == "pss",
            ImprintAlgorithms = what switch
            {
                "sha1" => [HashAlgorithmName.SHA256, HashAlgorithmName.SHA1],
                "none" => [],
                _ => [HashAlgorithmName.SHA256],
            },
            SignatureHash = what == "signature" ? HashAlgorithmName.SHA1 : null,
            IsQualified = what is "qualified" or "inaccurate",
            Sources = what == "inaccurate" ? ClockSources.Sntp : ClockSources.Operator,
        };

        Assert.Contains(text, Assert.Single(options.FindErrors()), StringComparison.Ordinal);
        var exception = Assert.Throws<TimestampUnitException>(() => new TimestampUnit(
            options, MemoryKey.P256.Reference, [MemoryKey.P256.Certificate], new SetClocks().Watch()));
        Assert.Contains(text, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var options = new TimestampUnitOptions { Name = "", DefaultPolicy = "x", Ordering = true, UsesPss = true };

        var findings = TimestampUnit.Check(
            options, MemoryKey.P256.Reference, [MemoryKey.P384.Certificate], s_now.AddYears(10));

        Assert.Equal(6, findings.Errors.Count);
    }

    [Fact]
    public void The_usual_certificate_is_accepted_without_a_warning()
    {
        var findings = Check(Authority.Usual());

        Assert.Empty(findings.Errors);
        Assert.Empty(findings.Warnings);
    }

    [Fact]
    public void A_certificate_is_for_time_stamps_alone_and_says_so_critically()
    {
        Refuses("extended key usage", Without<X509EnhancedKeyUsageExtension>());
        Refuses("extended key usage", Purposes(critical: false, "1.3.6.1.5.5.7.3.8"));
        Refuses("extended key usage", Purposes(critical: true, "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.4"));
        Refuses("extended key usage", Purposes(critical: true, "1.3.6.1.5.5.7.3.3"));
    }

    [Fact]
    public void A_certificate_is_for_signatures_and_no_authoritys()
    {
        Refuses("key usage", With(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true)));
        Refuses("key usage", With(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true)));
        Refuses("authority's own", With(new X509BasicConstraintsExtension(true, false, 0, true)));
        Assert.Empty(Check(Without<X509KeyUsageExtension>()).Errors);
        Assert.Empty(Check(With(new X509KeyUsageExtension(X509KeyUsageFlags.NonRepudiation, true))).Errors);
    }

    [Fact]
    public void A_certificate_is_in_force_and_its_end_is_announced_thirty_days_ahead()
    {
        Refuses("cannot be used before", Authority.Usual(), from: s_now.AddSeconds(1));
        Refuses("could be used until", Authority.Usual(), to: s_now.AddSeconds(-1));
        Assert.Single(Check(Authority.Usual(), to: s_now.AddDays(29)).Warnings);
        Assert.Empty(Check(Authority.Usual(), to: s_now.AddDays(31)).Warnings);
    }

    [Fact]
    public void The_private_key_usage_period_counts_like_the_validity()
    {
        Refuses("cannot be used before", With(UsagePeriod(s_now.AddDays(1), null)));
        Refuses("could be used until", With(UsagePeriod(null, s_now.AddDays(-1))));
        Assert.Single(Check(With(UsagePeriod(s_now.AddDays(-1), s_now.AddDays(10)))).Warnings);
        Refuses("cannot be read", With(new X509Extension("2.5.29.16", [1, 2, 3], false)));

        var certificate = Certificate(With(UsagePeriod(null, s_now.AddDays(100))));
        using var unit = new TimestampUnit(
            UnitScene.Options(), MemoryKey.P256.Reference, [certificate], new SetClocks().Watch());
        Assert.Equal(s_now.AddDays(100), unit.UsableTo);
    }

    [Fact]
    public void A_key_is_the_certificates_and_of_a_kind_that_is_served()
    {
        var other = TimestampUnit.Check(
            UnitScene.Options(), MemoryKey.Rsa2048.Reference, [MemoryKey.P256.Certificate], s_now);
        Assert.Contains("another key", Assert.Single(other.Errors), StringComparison.Ordinal);

        using var p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        var info = p521.ExportSubjectPublicKeyInfo();
        var large = TimestampUnit.Check(
            UnitScene.Options(), new KeyReference([1], "p521", info), [Authority.Issue(info)], s_now);
        Assert.Contains("P-256 or P-384", Assert.Single(large.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_unit_without_a_certificate_is_refused()
        => Assert.Contains(
            "no certificate",
            Assert.Single(TimestampUnit.Check(UnitScene.Options(), MemoryKey.P256.Reference, [], s_now).Errors),
            StringComparison.Ordinal);

    [Fact]
    public void A_qualified_units_token_says_so_and_openssl_reads_it()
    {
        var clocks = new SetClocks();
        clocks.Servers["a"] = (TimeSpan.Zero, TimeSpan.FromMilliseconds(5), default);
        var watch = clocks.Watch(new ClockWatchOptions { Servers = [new SntpServer("a")] });
        using var unit = new TimestampUnit(
            new TimestampUnitOptions
            {
                Name = "qualified",
                DefaultPolicy = UnitScene.Policy,
                IsQualified = true,
                Sources = ClockSources.Sntp,
            },
            MemoryKey.P256.Reference,
            [MemoryKey.P256.Certificate],
            watch);
        Assert.True(watch.PollAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        var stamp = unit.NewStamp();
        stamp.Prepare(TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest));
        Assert.True(stamp.TryBegin());
        stamp.Complete(MemoryKey.P256.Sign(stamp.Digest, HashAlgorithmName.SHA256), out var response);
        using var directory = new TemporaryDirectory();

        var text = OpenSsl.Run("ts", "-reply", "-in", directory.Write("r", response), "-text");

        Assert.Contains("qcStatements", text, StringComparison.Ordinal);
        Assert.Contains("CN=Unit", text, StringComparison.Ordinal);
    }

    private static List<X509Extension> Without<T>()
        where T : X509Extension => [.. Authority.Usual().Where(extension => extension is not T)];

    private static List<X509Extension> With(X509Extension extension)
        => [.. Authority.Usual().Where(usual => usual.GetType() != extension.GetType()), extension];

    private static List<X509Extension> Purposes(bool critical, params string[] oids)
    {
        var purposes = new OidCollection();
        foreach (var oid in oids)
        {
            purposes.Add(new Oid(oid));
        }

        return With(new X509EnhancedKeyUsageExtension(purposes, critical));
    }

    private static X509Extension UsagePeriod(DateTimeOffset? from, DateTimeOffset? to)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            if (from is { } start)
            {
                writer.WriteGeneralizedTime(start, true, new Asn1Tag(TagClass.ContextSpecific, 0));
            }

            if (to is { } end)
            {
                writer.WriteGeneralizedTime(end, true, new Asn1Tag(TagClass.ContextSpecific, 1));
            }
        }

        return new X509Extension("2.5.29.16", writer.Encode(), critical: false);
    }

    private static X509Certificate2 Certificate(
        List<X509Extension> extensions, DateTimeOffset? from = null, DateTimeOffset? to = null)
        => Authority.Issue(MemoryKey.P256.Reference.SubjectPublicKeyInfo.Span, "Unit", extensions, from, to);

    private static TimestampUnitFindings Check(
        List<X509Extension> extensions, DateTimeOffset? from = null, DateTimeOffset? to = null)
        => TimestampUnit.Check(
            UnitScene.Options(), MemoryKey.P256.Reference, [Certificate(extensions, from, to)], s_now);

    private static void Refuses(
        string text, List<X509Extension> extensions, DateTimeOffset? from = null, DateTimeOffset? to = null)
        => Assert.Contains(text, Assert.Single(Check(extensions, from, to).Errors), StringComparison.Ordinal);
}
