using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Factors.Tests;

public sealed class PasswordHasherTests
{
    private const string Password = "correct horse battery staple";
    private readonly PasswordHasher _hasher = new(1000, lowest: 1);

    [Fact]
    public void A_right_password_verifies_and_a_wrong_one_does_not()
    {
        var stored = _hasher.Hash(Password);

        Assert.True(_hasher.Verify(Password, stored));
        Assert.False(_hasher.Verify(Password + " ", stored));
        Assert.False(_hasher.Verify("", stored));
    }

    [Fact]
    public void The_stored_bytes_describe_themselves_and_hold_PBKDF2_HMAC_SHA_512()
    {
        var stored = _hasher.Hash("pässwörd");

        Assert.Equal(85, stored.Length);
        Assert.Equal(1, stored[0]);
        Assert.Equal(1000, BinaryPrimitives.ReadInt32BigEndian(stored.AsSpan(1)));
        var expected = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes("pässwörd"), stored[5..21], 1000, HashAlgorithmName.SHA512, 64);
        Assert.Equal(expected, stored[21..]);
    }

    [Fact]
    public void Two_hashes_of_one_password_differ()
        => Assert.NotEqual(_hasher.Hash(Password), _hasher.Hash(Password));

    [Fact]
    public void The_default_count_is_the_OWASP_recommendation_and_lower_ones_are_refused()
    {
        var stored = new PasswordHasher().Hash(Password);

        Assert.Equal(210_000, BinaryPrimitives.ReadInt32BigEndian(stored.AsSpan(1)));
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => new PasswordHasher(209_999));
        Assert.Contains("210,000", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PasswordHasher(10_000_001));
    }

    [Fact]
    public void A_hash_of_another_count_verifies_and_asks_for_a_rehash()
    {
        var old = new PasswordHasher(500, lowest: 1).Hash(Password);

        Assert.True(_hasher.Verify(Password, old));
        Assert.True(_hasher.NeedsRehash(old));
        Assert.False(_hasher.NeedsRehash(_hasher.Hash(Password)));
    }

    [Fact]
    public void An_unknown_user_costs_one_computation_as_a_wrong_password_does()
    {
        var stored = _hasher.Hash(Password);
        var before = _hasher.Computations;

        Assert.False(_hasher.Verify("wrong password", stored));
        Assert.Equal(before + 1, _hasher.Computations);
        Assert.False(_hasher.Verify("wrong password", null));
        Assert.Equal(before + 2, _hasher.Computations);
    }

    [Fact]
    public void Stored_bytes_that_are_not_ours_never_verify_and_never_stall()
    {
        var stored = _hasher.Hash(Password);
        var forged = stored.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(forged.AsSpan(1), int.MaxValue);

        Assert.False(_hasher.Verify(Password, forged));
        Assert.False(_hasher.Verify(Password, []));
        Assert.False(_hasher.Verify(Password, stored[..^1]));
        Assert.True(_hasher.NeedsRehash(forged));
    }

    [Fact]
    public void A_password_without_end_is_wrong_and_cannot_be_set()
    {
        var text = new string('x', 1_000_000);

        Assert.False(_hasher.Verify(text, _hasher.Hash("")));
        Assert.Throws<ArgumentException>(() => _hasher.Hash(text));
    }
}
