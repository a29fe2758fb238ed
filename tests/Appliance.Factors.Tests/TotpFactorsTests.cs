using System.Security.Cryptography;
using System.Text;
using Appliance.Storage;

namespace Appliance.Factors.Tests;

public sealed class TotpFactorsTests : IDisposable
{
    private readonly FactorBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_new_factor_is_pending_and_of_no_use_before_its_first_code()
    {
        using var enrolment = _bench.Enrol();

        Assert.Equal(20, enrolment.Secret.Length);
        Assert.Equal(FactorState.Pending, _bench.Row().State);
        Assert.Equal(FactorStatus.NotPaired, _bench.Verify(_bench.Code(enrolment)));
        Assert.Equal(0, _bench.Row().WrongCodes);
    }

    [Fact]
    public void The_first_valid_code_activates()
    {
        using var enrolment = _bench.Enrol();

        Assert.Equal(FactorStatus.Accepted, _bench.Activate(_bench.Code(enrolment)));
        Assert.Equal(FactorState.Active, _bench.Row().State);
    }

    [Fact]
    public void The_pairing_code_authorises_nothing_else()
    {
        using var enrolment = _bench.Enrol();
        var code = _bench.Code(enrolment);
        Assert.Equal(FactorStatus.Accepted, _bench.Activate(code));

        Assert.Equal(FactorStatus.Replayed, _bench.Verify(code));
        _bench.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(FactorStatus.Replayed, _bench.Verify(code));
    }

    [Fact]
    public void An_active_factor_has_nothing_to_activate()
    {
        using var enrolment = _bench.Pair();

        Assert.Equal(FactorStatus.NotPaired, _bench.Activate(_bench.Code(enrolment)));
        Assert.Equal(FactorStatus.Accepted, _bench.Verify(_bench.Code(enrolment)));
    }

    [Fact]
    public void A_code_is_accepted_once()
    {
        using var enrolment = _bench.Pair();
        var code = _bench.Code(enrolment);

        Assert.Equal(FactorStatus.Accepted, _bench.Verify(code));
        Assert.Equal(FactorStatus.Replayed, _bench.Verify(code));
    }

    [Fact]
    public void Accepted_time_steps_only_rise()
    {
        using var enrolment = _bench.Pair();
        var earlier = _bench.Code(enrolment);
        Assert.Equal(FactorStatus.Accepted, _bench.Verify(_bench.Code(enrolment, steps: 1)));

        // The present code was never used, but a later one was.
        Assert.Equal(FactorStatus.Replayed, _bench.Verify(earlier));
    }

    [Fact]
    public void A_clock_set_back_opens_no_used_code()
    {
        using var enrolment = _bench.Pair();
        var code = _bench.Code(enrolment);
        Assert.Equal(FactorStatus.Accepted, _bench.Verify(code));

        var earlier = new ManualTime(_bench.Time.GetUtcNow() - TimeSpan.FromMinutes(1));
        var back = new TotpFactors(_bench.Key, new(), earlier);
        Assert.Equal(FactorStatus.Wrong, _bench.Write(c => back.Verify(c, _bench.SignerId, code)));
    }

    [Theory]
    [InlineData(-2, FactorStatus.Wrong)]
    [InlineData(-1, FactorStatus.Accepted)]
    [InlineData(0, FactorStatus.Accepted)]
    [InlineData(1, FactorStatus.Accepted)]
    [InlineData(2, FactorStatus.Wrong)]
    public void The_default_window_is_one_step_either_side(int steps, FactorStatus expected)
    {
        using var enrolment = _bench.Pair();

        Assert.Equal(expected, _bench.Verify(_bench.Code(enrolment, steps)));
    }

    [Theory]
    [InlineData(-1, FactorStatus.Wrong)]
    [InlineData(0, FactorStatus.Accepted)]
    [InlineData(1, FactorStatus.Wrong)]
    public void A_window_of_zero_takes_the_present_code_only(int steps, FactorStatus expected)
    {
        using var bench = new FactorBench(new() { Window = 0 });
        using var enrolment = bench.Pair();

        Assert.Equal(expected, bench.Verify(bench.Code(enrolment, steps)));
    }

    [Fact]
    public void Five_wrong_codes_in_a_row_lock_and_a_locked_factor_compares_nothing()
    {
        using var enrolment = _bench.Pair();
        for (var wrong = 1; wrong <= 4; wrong++)
        {
            Assert.Equal(FactorStatus.Wrong, _bench.Verify(_bench.WrongCode(enrolment)));
            Assert.Equal(wrong, _bench.Row().WrongCodes);
        }

        Assert.Equal(FactorStatus.JustLocked, _bench.Verify(_bench.WrongCode(enrolment)));
        Assert.Equal(FactorState.Locked, _bench.Row().State);
        var locked = _bench.Row();
        Assert.Equal(FactorStatus.Locked, _bench.Verify(_bench.Code(enrolment)));
        Assert.Equal(FactorStatus.Locked, _bench.Activate(_bench.Code(enrolment)));
        Assert.Equivalent(locked, _bench.Row());
    }

    [Fact]
    public void A_right_code_resets_the_count()
    {
        using var enrolment = _bench.Pair();
        FactorBench.Repeat(4, () => _bench.Verify(_bench.WrongCode(enrolment)));

        Assert.Equal(FactorStatus.Accepted, _bench.Verify(_bench.Code(enrolment)));
        Assert.Equal(0, _bench.Row().WrongCodes);
        FactorBench.Repeat(4, () => _bench.Verify(_bench.WrongCode(enrolment)));
        Assert.Equal(FactorState.Active, _bench.Row().State);
    }

    [Fact]
    public void A_replayed_code_counts_as_wrong_and_locks()
    {
        using var enrolment = _bench.Pair();
        var code = _bench.Code(enrolment);
        Assert.Equal(FactorStatus.Accepted, _bench.Verify(code));

        FactorBench.Repeat(4, () => Assert.Equal(FactorStatus.Replayed, _bench.Verify(code)));
        Assert.Equal(FactorStatus.JustLocked, _bench.Verify(code));
    }

    [Fact]
    public void Wrong_codes_at_activation_lock_the_pending_factor()
    {
        using var enrolment = _bench.Enrol();
        FactorBench.Repeat(4, () => Assert.Equal(FactorStatus.Wrong, _bench.Activate(_bench.WrongCode(enrolment))));

        Assert.Equal(FactorStatus.JustLocked, _bench.Activate(_bench.WrongCode(enrolment)));
        Assert.Equal(FactorStatus.Locked, _bench.Activate(_bench.Code(enrolment)));
    }

    [Theory]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("12345a")]
    [InlineData(" 12345")]
    [InlineData("+12345")]
    [InlineData("      ")]
    [InlineData("١٢٣٤٥٦")]
    [InlineData("１２３４５６")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000000000000000000")]
    public void Anything_given_that_is_not_a_code_counts_as_a_wrong_try(string code)
    {
        using var enrolment = _bench.Pair();

        Assert.Equal(FactorStatus.Wrong, _bench.Verify(code));
        Assert.Equal(1, _bench.Row().WrongCodes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void No_code_at_all_costs_nothing(string? code)
    {
        using var enrolment = _bench.Pair();

        Assert.Equal(FactorStatus.Missing, _bench.Verify(code));
        Assert.Equal(0, _bench.Row().WrongCodes);
    }

    [Fact]
    public void A_signer_without_factor_is_not_paired()
        => Assert.Equal(FactorStatus.NotPaired, _bench.Verify("123456"));

    [Fact]
    public void Enrolling_again_voids_earlier_factors_and_unlocks()
    {
        using var old = _bench.Pair();
        FactorBench.Repeat(5, () => _bench.Verify(_bench.WrongCode(old)));
        Assert.Equal(FactorState.Locked, _bench.Row().State);

        using var enrolment = _bench.Enrol();
        Assert.Equal(enrolment.FactorId, _bench.Row().Id);
        Assert.Equal(FactorStatus.Wrong, _bench.Activate(_bench.Code(old)));
        Assert.Equal(FactorStatus.Accepted, _bench.Activate(_bench.Code(enrolment)));
    }

    [Fact]
    public void Enrolling_again_leaves_one_factor_that_counts()
    {
        using var first = _bench.Pair();
        using var second = _bench.Enrol();
        using var third = _bench.Enrol();

        Assert.Equal(third.FactorId, _bench.Row().Id);
        _bench.Overwrite(row => row with { State = FactorState.Void });
        Assert.Equal(FactorStatus.NotPaired, _bench.Verify(_bench.Code(first)));
    }

    [Fact]
    public void A_rollback_undoes_a_try_and_the_second_run_decides_the_same()
    {
        using var enrolment = _bench.Pair();
        var code = _bench.Code(enrolment);

        Assert.Equal(
            FactorStatus.Accepted,
            _bench.WriteAndRollBack(c => _bench.Factors.Verify(c, _bench.SignerId, code)));
        Assert.Equal(FactorStatus.Accepted, _bench.Verify(code));
    }

    [Fact]
    public void A_secret_swapped_between_signers_is_tampered_not_wrong()
    {
        using var enrolment = _bench.Pair();
        var foreign = _bench.RowOfAnotherSigner();
        _bench.Overwrite(row => row with { Secret = foreign.Secret });

        Assert.Equal(FactorStatus.Tampered, _bench.Verify(_bench.Code(enrolment)));
        Assert.Equal(0, _bench.Row().WrongCodes);
    }

    [Fact]
    public void A_flipped_bit_or_another_key_is_tampered()
    {
        using var enrolment = _bench.Pair();
        var stored = _bench.Row().Secret;
        foreach (var at in new[] { 0, 1, 13, stored.Length - 1 })
        {
            var flipped = stored.ToArray();
            flipped[at] ^= 1;
            _bench.Overwrite(row => row with { Secret = flipped });
            Assert.Equal(FactorStatus.Tampered, _bench.Verify(_bench.Code(enrolment)));
        }

        _bench.Overwrite(row => row with { Secret = stored });
        var others = new TotpFactors(RandomNumberGenerator.GetBytes(32), new(), _bench.Time);
        Assert.Equal(
            FactorStatus.Tampered,
            _bench.Write(c => others.Verify(c, _bench.SignerId, _bench.Code(enrolment))));
        Assert.Equal(FactorStatus.Accepted, _bench.Verify(_bench.Code(enrolment)));
    }

    [Fact]
    public void A_row_made_to_take_other_codes_is_tampered()
    {
        using var enrolment = _bench.Pair();
        var row = _bench.Row();

        foreach (var changed in new[]
        {
            row with { Digits = 1 }, row with { Digits = 8 }, row with { Period = 0 },
            row with { Period = 86_400 }, row with { Algorithm = 2 }, row with { Secret = [] },
        })
        {
            _bench.Overwrite(_ => changed);
            Assert.Equal(FactorStatus.Tampered, _bench.Verify(_bench.Code(enrolment)));
        }
    }

    [Fact]
    public void The_secret_is_stored_only_encrypted()
    {
        using var enrolment = _bench.Pair();

        ReadOnlySpan<byte> files = _bench.StoreBytes();
        Assert.True(files.IndexOf(_bench.Row().Secret) >= 0);
        Assert.Equal(-1, files.IndexOf(enrolment.Secret));
        Assert.Equal(-1, files.IndexOf(Encoding.ASCII.GetBytes(enrolment.SecretText())));
    }

    [Theory]
    [InlineData(TotpAlgorithm.Sha1, 6, 20)]
    [InlineData(TotpAlgorithm.Sha256, 8, 32)]
    [InlineData(TotpAlgorithm.Sha512, 7, 64)]
    public void Every_algorithm_pairs_and_verifies(TotpAlgorithm algorithm, int digits, int secret)
    {
        using var bench = new FactorBench(new() { Algorithm = algorithm, Digits = digits, Period = 60 });
        using var enrolment = bench.Pair();

        Assert.Equal(secret, enrolment.Secret.Length);
        Assert.Equal(digits, bench.Code(enrolment).Length);
        Assert.Equal(FactorStatus.Accepted, bench.Verify(bench.Code(enrolment)));
    }

    [Fact]
    public void Options_changed_later_leave_paired_factors_as_they_are()
    {
        using var enrolment = _bench.Pair();
        var changed = new TotpFactors(
            _bench.Key, new() { Digits = 8, Period = 60, Algorithm = TotpAlgorithm.Sha256 }, _bench.Time);

        Assert.Equal(
            FactorStatus.Accepted,
            _bench.Write(c => changed.Verify(c, _bench.SignerId, _bench.Code(enrolment))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:b")]
    [InlineData("a\nb")]
    public void An_account_name_that_no_application_shows_is_refused(string account)
        => Assert.Throws<ArgumentException>(() => _bench.Write(c => _bench.Factors.Enrol(c, _bench.SignerId, account)));
}
