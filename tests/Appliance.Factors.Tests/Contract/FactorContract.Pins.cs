using Appliance.Storage;

namespace Appliance.Factors.Tests.Contract;

/// <content>PINs.</content>
public abstract partial class FactorContract
{
    [Fact]
    public async Task A_PIN_is_right_or_wrong_and_five_wrong_ones_in_a_row_lock_it()
    {
        await SetPinAsync("4711");
        Assert.Equal(PinStatus.Accepted, await TryPinAsync("4711"));
        for (var i = 1; i < 5; i++)
        {
            Assert.Equal(PinStatus.Wrong, await TryPinAsync("0815"));
        }

        Assert.Equal(PinStatus.Accepted, await TryPinAsync("4711"));
        for (var i = 1; i < 5; i++)
        {
            Assert.Equal(PinStatus.Wrong, await TryPinAsync("0815"));
        }

        Assert.Equal(PinStatus.JustLocked, await TryPinAsync("0815"));
        Assert.Equal(PinStatus.Locked, await TryPinAsync("4711"));

        await SetPinAsync("2580");
        Assert.Equal(PinStatus.Accepted, await TryPinAsync("2580"));
        Assert.Equal(PinStatus.Wrong, await TryPinAsync("4711"));
    }

    [Fact]
    public async Task A_signer_without_a_PIN_costs_the_same_computation()
    {
        var before = _bench.Lane.Hasher.Computations;

        Assert.Equal(PinStatus.NotSet, await TryPinAsync("4711"));

        Assert.Equal(before + 1, _bench.Lane.Hasher.Computations);
    }

    [Fact]
    public async Task A_PIN_that_changed_between_computation_and_try_is_not_compared()
    {
        await SetPinAsync("4711");
        using var proof = await _bench.Pins.ComputeAsync(
            _bench.Store, _bench.SignerId, "4711", TestContext.Current.CancellationToken);
        await SetPinAsync("2580");

        Assert.Equal(PinStatus.Changed, _bench.Write(c => _bench.Pins.Try(c, _bench.SignerId, proof)));
        Assert.Equal(0, _bench.Pins.Comparisons);
    }

    public static TheoryData<Func<PinRow, PinRow>> PinForgeries => new()
    {
        row => row with { Wrong = 0 },
        row => row with { State = FactorState.Locked },
        row => row with { Sealed = [.. row.Sealed.Reverse()] },
    };

    [Theory, MemberData(nameof(PinForgeries))]
    public async Task A_PIN_that_another_hand_changed_is_none(Func<PinRow, PinRow> forge)
    {
        await SetPinAsync("4711");
        await TryPinAsync("0815");
        _bench.Write(c =>
        {
            c.Pins.Upsert(forge(c.Pins.Find(_bench.SignerId)!));
            return true;
        });

        Assert.Equal(PinStatus.Tampered, await TryPinAsync("4711"));
    }

    [Theory]
    [InlineData("123")]
    [InlineData("1234567890123")]
    [InlineData("12a4")]
    [InlineData("١٢٣٤")]
    [InlineData("1111")]
    [InlineData("1234")]
    [InlineData("9876")]
    public void A_PIN_that_is_guessed_first_is_refused(string pin) => Assert.Single(_bench.Pins.Check(pin));

    private async Task SetPinAsync(string pin)
    {
        var stored = await _bench.Pins.SealAsync(_bench.SignerId, pin, TestContext.Current.CancellationToken);
        _bench.Write(c =>
        {
            _bench.Pins.Set(c, _bench.SignerId, stored!);
            return true;
        });
    }

    private async Task<PinStatus> TryPinAsync(string pin)
    {
        using var proof = await _bench.Pins.ComputeAsync(
            _bench.Store, _bench.SignerId, pin, TestContext.Current.CancellationToken);
        return _bench.Write(c => _bench.Pins.Try(c, _bench.SignerId, proof));
    }
}
