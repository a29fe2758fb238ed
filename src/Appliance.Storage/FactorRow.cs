namespace Appliance.Storage;

/// <summary>A TOTP factor (RFC 6238) of a signer.</summary>
/// <param name="Id">The factor's id.</param>
/// <param name="SignerId">Whose factor it is.</param>
/// <param name="State">Whether it counts.</param>
/// <param name="Secret">The encrypted secret.</param>
/// <param name="Algorithm">1 = HMAC-SHA-1.</param>
/// <param name="Digits">Length of a code.</param>
/// <param name="Period">Seconds per step.</param>
/// <param name="LastStep">The step of the last accepted code; no code of it or an earlier one counts.</param>
/// <param name="WrongCodes">Wrong codes in a row.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
public sealed record FactorRow(
    Guid Id,
    Guid SignerId,
    FactorState State,
    byte[] Secret,
    int Algorithm,
    int Digits,
    int Period,
    long LastStep,
    int WrongCodes,
    long CreatedAt);
