using Appliance.Storage;

namespace Appliance.Factors.Tests.Contract;

/// <content>Links, and what a lock mails.</content>
public abstract partial class FactorContract
{
    [Fact]
    public void A_link_serves_once_and_only_until_its_end()
    {
        var life = TimeSpan.FromHours(1);
        var link = Issue(LinkPurpose.Recovery, life);
        Assert.Equal(OneTimeLinks.TextLength, link.Length);
        Assert.Equal(LinkStatus.Live, StatusOf(link));

        Assert.True(_bench.Write(c => _bench.Links.Use(c, link)));
        Assert.False(_bench.Write(c => _bench.Links.Use(c, link)));
        Assert.Equal(LinkStatus.Used, StatusOf(link));

        var other = Issue(LinkPurpose.Recovery, life);
        _bench.Time.Advance(life);
        Assert.Equal(LinkStatus.Expired, StatusOf(other));
        Assert.False(_bench.Write(c => _bench.Links.Use(c, other)));
    }

    [Fact]
    public void A_new_link_takes_the_place_of_the_one_before()
    {
        var first = Issue(LinkPurpose.Pairing, TimeSpan.FromDays(1));
        var second = Issue(LinkPurpose.Pairing, TimeSpan.FromDays(1));
        var other = Issue(LinkPurpose.Activation, TimeSpan.FromDays(1));

        Assert.Equal(LinkStatus.Unknown, StatusOf(first));
        Assert.Equal(LinkStatus.Live, StatusOf(second));
        Assert.Equal(LinkStatus.Live, StatusOf(other));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("????????????????????????????????????????????")]
    public void Text_that_is_no_link_is_none(string? text) => Assert.Equal(LinkStatus.Unknown, StatusOf(text));

    [Fact]
    public void A_link_that_another_hand_changed_is_none()
    {
        var link = Issue(LinkPurpose.Pairing, TimeSpan.FromDays(1));
        _bench.Write(c =>
        {
            var row = c.OneTimeLinks.Find(_bench.SignerId, (int)LinkPurpose.Pairing, Guid.Empty)!;
            c.OneTimeLinks.Upsert(row with { State = OneTimeLinkState.Confirmed });
            return true;
        });

        Assert.Equal(LinkStatus.Tampered, StatusOf(link));
    }

    [Theory]
    [InlineData("certified@example.ro", "certified@example.ro")]
    [InlineData(null, "signer@example.ro")]
    public void Five_wrong_codes_in_a_row_lock_and_mail_a_link_to_the_address_in_the_certificate(
        string? certified, string expected)
    {
        _bench.CertificateAddress = certified;
        var (_, code) = Pair();
        for (var i = 1; i < TotpFactors.WrongCodeLimit; i++)
        {
            Assert.Equal(FactorStatus.Wrong, Verify("wrong"));
            Assert.Null(_bench.TakeNotice());
        }

        Assert.Equal(FactorStatus.JustLocked, Verify("wrong"));

        var notice = _bench.TakeNotice()!;
        Assert.Equal(NoticeKind.FactorLocked, notice.Kind);
        Assert.Equal(NoticeChannel.Email, notice.Channel);
        Assert.Equal(expected, notice.To);
        var link = notice.Values["link"][(notice.Values["link"].IndexOf('#', StringComparison.Ordinal) + 1)..];
        Assert.Equal(LinkStatus.Live, StatusOf(link));
        Assert.Equal(FactorStatus.Locked, Verify(code()));
        Assert.Null(_bench.TakeNotice());
    }

    [Fact]
    public void Accepted_time_steps_rise_across_a_new_pairing()
    {
        var (_, code) = Pair();
        Assert.Equal(FactorStatus.Accepted, Verify(code()));
        using var again = _bench.Write(c => _bench.Totp.Enrol(c, _bench.SignerId, "signer"));

        Assert.Equal(FactorStatus.Replayed, Activate(CodeOf(again)));
        _bench.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(FactorStatus.Accepted, Activate(CodeOf(again)));
    }

    private string Issue(LinkPurpose purpose, TimeSpan life)
        => _bench.Write(c => _bench.Links.Issue(c, _bench.SignerId, purpose, null, life));

    private LinkStatus StatusOf(string? link) => _bench.Store.Read(c =>
    {
        _bench.Links.Find(c, link, out var status);
        return status;
    });

    private FactorStatus Verify(string code) => _bench.Write(c => _bench.Totp.Verify(c, _bench.SignerId, code));

    private FactorStatus Activate(string code) => _bench.Write(c => _bench.Totp.Activate(c, _bench.SignerId, code));

    private string CodeOf(TotpEnrolment enrolment)
        => Totp.Code(enrolment.Algorithm, enrolment.Secret, _bench.Time.GetUtcNow(), 6, 30);

    private (TotpEnrolment Enrolment, Func<string> Code) Pair()
    {
        var enrolment = _bench.Write(c => _bench.Totp.Enrol(c, _bench.SignerId, "signer"));
        Assert.Equal(FactorStatus.Accepted, Activate(CodeOf(enrolment)));
        _bench.Time.Advance(TimeSpan.FromSeconds(90));
        return (enrolment, () => CodeOf(enrolment));
    }
}
