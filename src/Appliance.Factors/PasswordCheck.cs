namespace Appliance.Factors;

/// <summary>What <see cref="PasswordLane"/> says about a password.</summary>
public enum PasswordCheck
{
    /// <summary>It is the stored one.</summary>
    Right,

    /// <summary>It is not, or nothing is stored.</summary>
    Wrong,

    /// <summary>Too many checks are waiting; nothing was computed. Retry later.</summary>
    Overloaded,
}
