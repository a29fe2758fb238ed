namespace Appliance.Factors.Secrets;

/// <summary>What a sealed secret is good for, and for nothing else.</summary>
internal readonly record struct TotpBinding(Guid SignerId, Guid FactorId, int Algorithm, int Digits, int Period);
