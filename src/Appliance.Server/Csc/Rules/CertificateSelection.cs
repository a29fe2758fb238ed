namespace Appliance.Server.Csc.Rules;

/// <summary>The parameter certificates.</summary>
internal enum CertificateSelection
{
    None,
    Single,
    Chain,
}
