namespace Appliance.Identity.Enrolments;

/// <summary>Addresses as far as their owner needs them to know which one is meant.</summary>
internal static class Masks
{
    private const int PhoneHead = 3;
    private const int PhoneTail = 3;

    internal static string? Phone(string? phone)
        => phone is not { Length: > PhoneHead + PhoneTail }
            ? phone
            : string.Concat(
                phone.AsSpan(0, PhoneHead),
                new string('*', phone.Length - PhoneHead - PhoneTail),
                phone.AsSpan(phone.Length - PhoneTail));

    internal static string? Email(string? email)
    {
        var at = email?.LastIndexOf('@') ?? -1;
        return at < 1 ? email : string.Concat(email.AsSpan(0, 1), "***", email.AsSpan(at));
    }
}
