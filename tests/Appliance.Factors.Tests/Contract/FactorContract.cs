using Appliance.Storage;

namespace Appliance.Factors.Tests.Contract;

/// <summary>What codes, links, PINs and authenticators do on either store.</summary>
public abstract partial class FactorContract : IDisposable
{
    private readonly FactorStore _bench;

    private protected FactorContract(string? postgres)
    {
        _bench = new FactorStore(postgres);
    }

    public void Dispose()
    {
        _bench.Dispose();
        GC.SuppressFinalize(this);
    }

    public static TheoryData<CodePurpose, int> Lives => new()
    {
        { CodePurpose.Activation, 10 },
        { CodePurpose.Pairing, 10 },
        { CodePurpose.Recovery, 10 },
        { CodePurpose.PhoneChange, 5 },
        { CodePurpose.NewPhone, 5 },
        { CodePurpose.Signing, 5 },
    };

    [Theory, MemberData(nameof(Lives))]
    public void A_code_lives_as_long_as_its_purpose_says(CodePurpose purpose, int minutes)
    {
        var sent = _bench.Send(purpose);
        var code = _bench.TakeCode();
        Assert.True(sent.Sent);
        Assert.Equal(
            (_bench.Time.GetUtcNow() + TimeSpan.FromMinutes(minutes)).ToUnixTimeMilliseconds(), sent.ExpiresAt);

        _bench.Time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(CodeStatus.Wrong, _bench.Try(purpose, Wrong(code)).Status);
        _bench.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(CodeStatus.Expired, _bench.Try(purpose, code).Status);
    }

    [Theory, MemberData(nameof(Lives))]
    public void A_code_is_accepted_in_the_last_moment_of_its_life(CodePurpose purpose, int minutes)
    {
        _bench.Send(purpose);
        var code = _bench.TakeCode();
        _bench.Time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromMilliseconds(1));

        var tried = _bench.Try(purpose, code);

        Assert.Equal(new CodeTry(CodeStatus.Accepted, "+40721123456"), tried);
        Assert.Equal(CodeStatus.None, _bench.Try(purpose, code).Status);
    }

    [Fact]
    public void No_other_code_is_sent_within_thirty_minutes_of_the_last_one()
    {
        var first = _bench.Send(CodePurpose.Pairing);
        var code = _bench.TakeCode();
        _bench.Time.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromMilliseconds(1));

        Assert.Equal(first with { Sent = false }, _bench.Send(CodePurpose.Pairing));
        Assert.Null(_bench.TakeNotice());
        _bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_bench.Send(CodePurpose.Pairing).Sent);

        var second = _bench.TakeCode();
        Assert.Equal(CodeStatus.Accepted, _bench.Try(CodePurpose.Pairing, second).Status);
        Assert.NotEqual(CodeStatus.Accepted, _bench.Try(CodePurpose.Pairing, code).Status);
    }

    [Fact]
    public void A_used_code_forbids_no_other()
    {
        _bench.Send(CodePurpose.Pairing);
        _bench.Try(CodePurpose.Pairing, _bench.TakeCode());

        Assert.True(_bench.Send(CodePurpose.Pairing).Sent);
    }

    [Fact]
    public void Somebody_who_mistyped_a_number_waits_a_minute_for_a_code_to_another()
    {
        _bench.Send(CodePurpose.Activation, "+40700000000");
        _bench.TakeNotice();

        Assert.False(_bench.Send(CodePurpose.Activation, "+40711111111").Sent);
        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(_bench.Send(CodePurpose.Activation, "+40711111111").Sent);

        Assert.Equal("+40711111111", _bench.Try(CodePurpose.Activation, _bench.TakeCode()).Destination);
    }

    [Fact]
    public void Five_wrong_tries_void_a_code_and_a_sixth_compares_nothing()
    {
        _bench.Send(CodePurpose.Pairing);
        var code = _bench.TakeCode();
        for (var i = 1; i < 5; i++)
        {
            Assert.Equal(CodeStatus.Wrong, _bench.Try(CodePurpose.Pairing, Wrong(code)).Status);
        }

        Assert.Equal(CodeStatus.JustVoid, _bench.Try(CodePurpose.Pairing, "no code at all").Status);
        Assert.Equal(CodeStatus.Void, _bench.Try(CodePurpose.Pairing, code).Status);
        Assert.Equal(5, _bench.Codes.Comparisons);
        Assert.False(_bench.Send(CodePurpose.Pairing).Sent);
    }

    [Fact]
    public void No_code_is_not_a_try()
    {
        _bench.Send(CodePurpose.Pairing);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(CodeStatus.Missing, _bench.Try(CodePurpose.Pairing, i % 2 == 0 ? null : "").Status);
        }

        Assert.Equal(CodeStatus.Accepted, _bench.Try(CodePurpose.Pairing, _bench.TakeCode()).Status);
    }

    [Fact]
    public void A_code_is_for_its_purpose_and_its_subject_only()
    {
        var subject = Guid.NewGuid();
        _bench.Send(CodePurpose.Signing, subject: subject);
        var code = _bench.TakeCode();

        Assert.Equal(CodeStatus.None, _bench.Try(CodePurpose.Pairing, code).Status);
        Assert.Equal(CodeStatus.None, _bench.Try(CodePurpose.Signing, code).Status);
        Assert.Equal(CodeStatus.None, _bench.Try(CodePurpose.Signing, code, Guid.NewGuid()).Status);
        Assert.Equal(CodeStatus.Accepted, _bench.Try(CodePurpose.Signing, code, subject).Status);
    }

    public static TheoryData<Func<OneTimeCodeRow, OneTimeCodeRow>> Forgeries => new()
    {
        row => row with { ExpiresAt = row.ExpiresAt + 1 },
        row => row with { ResendAt = row.ResendAt - 1 },
        row => row with { SentAt = row.SentAt + 1 },
        row => row with { Tries = 0 },
        row => row with { State = OneTimeCodeState.Void },
        row => row with { Id = Guid.NewGuid() },
        row => row with { Digest = new byte[32] },
        row => row with { Destination = [] },
    };

    [Theory, MemberData(nameof(Forgeries))]
    public void A_row_that_another_hand_changed_is_no_code(Func<OneTimeCodeRow, OneTimeCodeRow> forge)
    {
        _bench.Send(CodePurpose.Pairing);
        var code = _bench.TakeCode();
        _bench.Try(CodePurpose.Pairing, Wrong(code));
        _bench.Write(c =>
        {
            var row = c.OneTimeCodes.Find(_bench.SignerId, (int)CodePurpose.Pairing, Guid.Empty)!;
            c.OneTimeCodes.Upsert(forge(row));
            return true;
        });

        Assert.Equal(CodeStatus.Tampered, _bench.Try(CodePurpose.Pairing, code).Status);
    }

    [Fact]
    public void Old_codes_go_when_others_are_sent()
    {
        _bench.Send(CodePurpose.Recovery);
        _bench.Time.Advance(TimeSpan.FromMinutes(31));
        _bench.Send(CodePurpose.Pairing);

        Assert.Null(_bench.Store.Read(
            c => c.OneTimeCodes.Find(_bench.SignerId, (int)CodePurpose.Recovery, Guid.Empty)));
        Assert.NotNull(_bench.Store.Read(
            c => c.OneTimeCodes.Find(_bench.SignerId, (int)CodePurpose.Pairing, Guid.Empty)));
    }

    private static string Wrong(string code) => code == "123456" ? "654321" : "123456";
}
