using System.Security.Cryptography.X509Certificates;

namespace Appliance.Timestamping;

/// <summary>The outcome of a verification.</summary>
/// <param name="Verdict">Valid, or the first thing that is wrong.</param>
/// <param name="Token">What the token says; null when it is malformed.</param>
/// <param name="Signer">The unit's certificate; null when it is not known.</param>
/// <param name="Text">In words.</param>
public sealed record TimestampVerification(
    TimestampVerdict Verdict, TimestampToken? Token, X509Certificate2? Signer, string Text);
