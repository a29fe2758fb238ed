using Appliance.Pkcs11.Policy;

namespace Appliance.Pkcs11.Tests.Policy;

/// <summary>How many sessions a slot begins with.</summary>
public sealed class SessionCapTests
{
    [Theory]
    [InlineData("default", null, 100, 100)]
    [InlineData("default", 16L, 100, 14)]
    [InlineData("default", 1L, 100, 1)]
    [InlineData("YubiHSM 2", null, 100, 14)]
    [InlineData("YubiHSM 2", 8L, 100, 6)]
    [InlineData("YubiHSM 2", 1_000L, 4, 4)]
    [InlineData("serial", null, 100, 1)]
    public void The_least_of_wish_token_and_vendor(string profile, long? token, int wanted, int expected)
        => Assert.Equal(expected, SessionCap.Of(wanted, owners: 0, Token(token), VendorProfile.Find(profile)!));

    private static TokenInfo Token(long? sessions) => new()
    {
        Label = "",
        SerialNumber = "",
        Manufacturer = "",
        Model = "",
        SlotId = 0,
        Flags = TokenFlags.None,
        MaxSessions = sessions,
    };
}
