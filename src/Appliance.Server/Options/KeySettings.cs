namespace Appliance.Server.Options;

/// <summary>Where private keys are kept that the appliance makes, and how wrapped ones are unwrapped.</summary>
internal sealed class KeySettings
{
    public const string InToken = "token";
    public const string InStore = "wrapped";

    /// <summary>
    /// token: the token keeps them. wrapped: the store does, wrapped under a key of the token (RFC 5649); for more keys
    /// than a token holds. What was made before stays where it is. Default token.
    /// </summary>
    public string Store { get; set; } = InToken;

    /// <summary>
    /// Sessions per slot that wrapped keys are unwrapped in, 1 to 64; as many are left free for them.
    /// </summary>
    public int WrappedOwners { get; set; } = 2;

    /// <summary>Most unwrapped keys that each of them keeps in the token, 1 to 1,000,000.</summary>
    public int WrappedCache { get; set; } = 8_192;

    /// <summary>True when new keys are kept by the store.</summary>
    public bool AreWrapped => string.Equals(Store, InStore, StringComparison.Ordinal);
}
