using System.Security.Cryptography;
using Appliance.Pkcs11.Tests.Sessions;
using Appliance.Pkcs11.Tests.Tokens;

namespace Appliance.Pkcs11.Tests.Vendors;

/// <summary>Groups whose slots are of different vendors: one key, made outside and imported to each.</summary>
[Collection(NssTokens.Name)]
public sealed class MixedGroupTests(SoftHsm hsm, NssToken nss, RemoteToken remote, OpenCryptokiToken other)
    : IClassFixture<RemoteToken>, IClassFixture<OpenCryptokiToken>
{
    [Theory]
    [InlineData("RSA-2048")]
    [InlineData("P-256")]
    public async Task A_key_that_two_vendors_hold_is_signed_on_both_and_goes_on_without_either(string algorithm)
    {
        var key = OutsideKey.Make(algorithm);
        Token[] tokens = [hsm.Payroll, nss.Token];
        Array.ForEach(tokens, key.ImportTo);
        using var group = new SlotGroup(
            tokens, new SlotGroupOptions { Sessions = 2, SessionsOf = token => token == nss.Token ? 1 : 0 });

        await SignManyAsync(group, key, 300);

        Assert.Equal(1, group.Slots[1].SessionLimit);
        Assert.Equal(["SoftHSM2", "NSS"], group.Slots.Select(slot => slot.Profile), StringComparer.Ordinal);
        Assert.All(group.Slots, slot => Assert.True(slot.Signatures > 0, $"{slot.Token} has signed nothing."));
        for (var away = 0; away < tokens.Length; away++)
        {
            group.SetDraining(away, true);
            var before = group.Slots[away].Signatures;
            await SignManyAsync(group, key, 50);
            Assert.Equal(before, group.Slots[away].Signatures);
            group.SetDraining(away, false);
            Jobs.AwaitState(group, away, SlotState.Ready);
        }
    }

    [Fact]
    public async Task A_group_of_opencryptoki_and_NSS_goes_on_without_either()
    {
        // opencryptoki's token in software has no curves.
        var key = OutsideKey.Make("RSA-2048");
        Token[] tokens = [other.Token, nss.Token];
        Array.ForEach(tokens, key.ImportTo);
        using var group = new SlotGroup(tokens, new SlotGroupOptions { Sessions = 2 });

        await SignManyAsync(group, key, 200);

        Assert.All(group.Slots, slot => Assert.True(slot.Signatures > 0, $"{slot.Token} has signed nothing."));
        for (var away = 0; away < tokens.Length; away++)
        {
            group.SetDraining(away, true);
            await SignManyAsync(group, key, 20);
            group.SetDraining(away, false);
            Jobs.AwaitState(group, away, SlotState.Ready);
        }
    }

    [Fact]
    public async Task A_remote_token_that_is_killed_under_load_fails_no_job_of_a_group_and_comes_back()
    {
        var key = OutsideKey.Make("P-256");
        Token[] tokens = [remote.Token, nss.Token];
        Array.ForEach(tokens, key.ImportTo);
        using var group = new SlotGroup(tokens, new SlotGroupOptions { Sessions = 2, MakeProbeKeys = true });
        await SignManyAsync(group, key, 50);
        for (var round = 0; round < 3; round++)
        {
            var load = SignManyAsync(group, key, 400);
            remote.Kill();
            await load;
            await SignManyAsync(group, key, 50);
            Assert.NotEqual(SlotState.Ready, group.Slots[0].State);

            remote.Start();
            Jobs.AwaitState(group, 0, SlotState.Ready);
            var before = group.Slots[0].Signatures;
            await SignManyAsync(group, key, 300);
            Assert.True(group.Slots[0].Signatures > before);
        }
    }

    [Fact]
    public async Task A_key_that_one_slot_alone_holds_is_signed_there_and_is_away_with_it_not_lost()
    {
        var key = OutsideKey.Make("P-256");
        key.ImportTo(hsm.Payroll);
        using var group = new SlotGroup([nss.Token, hsm.Payroll], new SlotGroupOptions { Sessions = 2 });
        await SignManyAsync(group, key, 100);

        group.SetDraining(1, true);
        var job = Jobs.New(key.Reference, key.Scheme, RandomNumberGenerator.GetBytes(32));
        await Jobs.TryAsync(group, job);
        Assert.Equal(SignOutcome.TokenUnavailable, job.Outcome);

        group.SetDraining(1, false);
        Jobs.AwaitState(group, 1, SlotState.Ready);
        await SignManyAsync(group, key, 20);
    }

    /// <summary>All at once, each verified.</summary>
    private static async Task SignManyAsync(SlotGroup group, OutsideKey key, int count)
    {
        var jobs = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Jobs.Enqueue(
            group, Jobs.New(key.Reference, key.Scheme, RandomNumberGenerator.GetBytes(32)))));
        foreach (var job in jobs)
        {
            Assert.True(
                job.Outcome == SignOutcome.Signed, $"{job.Outcome} {Pkcs11ReturnValue.NameOf(job.ReturnValue)}");
            Assert.True(Verification.IsGood(key.Reference, key.Scheme, job.Hashes[0], job.Signatures[0]!));
        }
    }
}
