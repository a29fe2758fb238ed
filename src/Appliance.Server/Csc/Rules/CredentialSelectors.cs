namespace Appliance.Server.Csc.Rules;

/// <summary>What of a credential was asked for (CSC API 11.5).</summary>
internal readonly record struct CredentialSelectors(CertificateSelection Certificates, bool CertInfo, bool AuthInfo);
