namespace Appliance.Storage;

/// <summary>A signer.</summary>
/// <param name="Id">The signer's id; never its e-mail address.</param>
/// <param name="UserName">What it signs in with; unique without regard to case.</param>
/// <param name="DisplayName">For people to read.</param>
/// <param name="Password">The password's encoded digest; null when none is set.</param>
/// <param name="State">What it may do.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
public sealed record SignerRow(
    Guid Id, string UserName, string DisplayName, byte[]? Password, SignerState State, long CreatedAt);
