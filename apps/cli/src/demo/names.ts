/** Names as people in these countries have them; who is born in Lyon may well be called Nguyễn. */
import type { CountryCode } from './phone-numbers.js';

export interface Names {
  readonly given: readonly string[];
  readonly family: readonly string[];
}

const words = (text: string): string[] => text.trim().split(/\s+/);

export const namesOf: Readonly<Record<CountryCode, Names>> = {
  US: {
    given: words(`Ava Noah Mia Ethan Maya Liam Camila Mateo Zoë Elijah Amara Jordan Keiko Luis Naomi Caleb Priya Marcus
      Hannah Dante Imani Wyatt Leilani Owen Xochitl Grace Tyrone Ruby Andrés Willow`),
    family: words(`Walker Rivera Johnson Nguyễn Patel Brooks Okafor García Thompson Kim Hayes Moreno Sullivan Yamamoto
      Coleman Ortiz Bennett Singh Ramírez Foster Washington Kowalski Begay O'Neill`),
  },
  CA: {
    given: words(`Charlotte Liam Émilie Olivier Aaliyah Jacob Mélanie Théo Sana Nathan Chloé Arjun Isla Mackenzie Félix
      Noémie Wei Hudson Amélie Tremaine Ananya Étienne Sarah Kaya`),
    family: words(`Tremblay MacDonald Chen Gagnon Singh Campbell Bouchard Li Roy Fraser Côté Dhaliwal Gauthier Morin
      Wilson Bélanger Cardinal Ahmed Leblanc Stewart`),
  },
  GB: {
    given: words(`Olivia Oliver Amelia Harry Isla Mohammed Freya George Aisha Alfie Niamh Rhys Poppy Callum Zara Jack
      Anwen Kwame Sophie Euan Elsie Idris Maisie Tomasz Ffion Kiran Eilidh`),
    family: words(`Smith Jones Taylor Khan Davies Hughes Evans Okoye Campbell Patel Wright MacLeod Begum Robinson
      Llewellyn Clarke Nowak Bailey Sharma Whitfield Griffiths Adeyemi Hart`),
  },
  IE: {
    given: words(`Aoife Conor Saoirse Cillian Niamh Oisín Róisín Darragh Caoimhe Seán Ciara Fionn Siobhán Eoin Gráinne
      Patrick Orla Tadhg Zuzanna Éabha`),
    family: words(`Murphy Kelly O'Sullivan Walsh Byrne Ryan O'Connor Doyle Gallagher Doherty Kennedy Lynch Murray
      McLoughlin Nolan Brennan Wójcik Keane`),
  },
  FR: {
    given: words(`Jade Léo Manon Gabriel Inès Hugo Zoé Louis Anaïs Raphaël Léa Mehdi Camille Jules Aïcha Théo Élodie
      Maxence Noémie Yanis Océane Loïc Fatou François Maëlle Amadou Clémence Benoît`),
    family: words(`Martin Bernard Dubois Lefèvre Moreau Benali Laurent Girard Nguyễn Roux Lemaître Fontaine Diallo
      Chevalier Hervé Mercier Gonçalves Blanchard Guérin Haddad Traoré`),
  },
  DE: {
    given: words(`Emma Ben Mia Jürgen Lena Jonas Aylin Finn Käthe Lukas Sönke Frieda Emre Johanna Björn Greta Moritz
      Zeynep Anton Jördis Matteo Lieselotte Günter Ida Oleksandr Helene`),
    family: words(`Müller Schmidt Schneider Fischer Weber Yılmaz Wagner Becker Schäfer Hoffmann Koch Bauer Öztürk
      Groß Schröder Kovačević Jäger Lang Vogel Kaya Weiß Böhm`),
  },
  SE: {
    given:
      words(`Alice William Maja Liam Åsa Elsa Björn Wilma Oskar Freja Göran Ebba Ali Saga Hampus Linnéa Märta Anders
      Leyla Sixten`),
    family: words(`Andersson Johansson Karlsson Nilsson Eriksson Lindström Öberg Svensson Bergqvist Hassan Sjögren
      Åkesson Lundin Haddad Wikström Holm`),
  },
  AU: {
    given: words(`Charlotte Jack Matilda Lachlan Isla Cooper Ngaire Hamish Priya Riley Kirra Angus Thi Jarrah Harper
      Bindi Xavier Mei Flynn Ruby`),
    family: words(`Smith Nguyễn Williams Brown Papadopoulos Wilson Singh Kelly Chen Anderson Murray Campbell Tran Walker
      O'Reilly Rossi Taylor Yunupingu`),
  },
};
