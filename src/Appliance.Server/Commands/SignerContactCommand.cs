using Appliance.Factors;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>`signer contact`: where a signer is reached.</summary>
internal static class SignerContactCommand
{
    private const string None = "none";

    public static AdminCommand Build(CommandEnvironment environment)
    {
        var signer = CommandOptions.Signer();
        var email = CommandOptions.Email();
        var phone = CommandOptions.Phone();
        var language = CommandOptions.Language();
        var command = new AdminCommand(
            "contact", "Tells or changes where a signer is reached.", AdminRoles.Operator)
        {
            signer, email, phone, language,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var (mail, number, chosen)
                = (parsed.GetValue(email), parsed.GetValue(phone), parsed.GetValue(language));
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = bench.FindSignerBy(parsed.GetRequiredValue(signer));
            var contact = (mail, number, chosen) == (null, null, null)
                ? Find(bench, row)
                : await bench.Directory
                    .SetContactAsync(
                        row.Id,
                        kept => new Contact(
                            Choose(mail, kept.Email), Choose(number, kept.Phone), chosen ?? kept.Language),
                        cancellationToken)
                    .ConfigureAwait(false);
            Answer(bench.Reply, row, contact);
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>A new signer's contact; null when nothing is said of one.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static Contact? Read(string? email, string? phone, string? language)
    {
        if ((email, phone, language) == (null, null, null))
        {
            return null;
        }

        return ContactRules.TryRead(Choose(email, null), Choose(phone, null), language, out var contact, out var reason)
            ? contact
            : throw new CommandException(reason);
    }

    private static Contact Find(Workbench bench, SignerRow signer)
    {
        var contacts = bench.Composition.Contacts;
        var (contact, tampered) = bench.Store.Read(connection =>
        {
            var found = contacts.Find(connection, signer.Id, out var changed);
            return (found, changed);
        });
        return tampered
            ? throw new CommandException(
                $"Where {signer.UserName} is reached was changed by another hand than the appliance's; nothing is "
                + "sent there. Set it anew.")
            : contact ?? new Contact(null, null, "en");
    }

    private static string? Choose(string? given, string? kept) => given switch
    {
        null => kept,
        None => null,
        _ => given,
    };

    private static void Answer(CommandReply reply, SignerRow signer, Contact contact)
    {
        if (reply.Json)
        {
            reply.Write(
                new ContactDocument(signer.Id, signer.UserName, contact.Email, contact.Phone, contact.Language),
                CommandJson.Default.ContactDocument);
        }

        reply.Say($"{signer.UserName}: e-mail {contact.Email ?? None}, telephone {contact.Phone ?? None}, "
            + $"language {contact.Language}.");
    }
}
