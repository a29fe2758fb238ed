namespace Appliance.Pkcs11.Policy;

/// <summary>How many signing sessions a slot begins with; CKR_SESSION_COUNT may show later that it has fewer.</summary>
internal static class SessionCap
{
    /// <summary>The login's keeper, and one for administration.</summary>
    public const int Reserved = 2;

    /// <summary>The least of what is wanted, what the token allows and what its vendor allows; at least one.</summary>
    /// <param name="wanted">By the settings.</param>
    /// <param name="owners">Sessions for wrapped keys.</param>
    /// <param name="token">What it tells.</param>
    /// <param name="profile">What is known of its vendor.</param>
    public static int Of(int wanted, int owners, TokenInfo token, VendorProfile profile)
    {
        if (!profile.IsParallel.Value)
        {
            return 1;
        }

        var most = Math.Min(token.MaxSessions ?? long.MaxValue, profile.MaxSessions.Value ?? long.MaxValue);
        return (int)Math.Clamp(most - Reserved - owners, 1, wanted);
    }
}
